//! An answer as it is kept for a repeated call: what its caller could touch then, and the bytes.

use crate::call::Scope;

/// Stands for the whole mission where partners' ids would stand.
const WHOLE: &str = "*";

/// Ids have neither, so they part what is kept.
const COMMA: &str = ",";
const END: u8 = 0;

/// Puts an answer away together with what its caller could touch.
pub fn keep(scope: &Scope, response: &[u8]) -> Vec<u8> {
    let touched = match scope {
        Scope::All => WHOLE.to_owned(),
        Scope::Partners(partners) => partners.join(COMMA),
    };
    [touched.as_bytes(), &[END], response].concat()
}

/// Takes an answer out again for a caller who can touch all of it still; `None` for another.
pub fn take<'k>(kept: &'k [u8], scope: &Scope) -> Option<&'k [u8]> {
    let end = kept.iter().position(|byte| *byte == END)?;
    let touched = std::str::from_utf8(&kept[..end]).ok()?;
    let reaches = match scope {
        Scope::All => true,
        Scope::Partners(_) => {
            touched != WHOLE && touched.split(COMMA).all(|partner| scope.covers(partner).is_ok())
        }
    };
    reaches.then_some(&kept[end + 1..])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn partners(ids: &[&str]) -> Scope {
        Scope::Partners(ids.iter().map(|id| (*id).to_owned()).collect())
    }

    #[test]
    fn an_answer_is_given_again_to_who_reaches_as_far() {
        let kept = keep(&partners(&["ken", "ben"]), b"\0answer");
        assert_eq!(take(&kept, &partners(&["ben", "cub", "ken"])), Some(b"\0answer".as_slice()));
        assert_eq!(take(&kept, &Scope::All), Some(b"\0answer".as_slice()));
        assert_eq!(take(&kept, &partners(&["ken"])), None);
        assert_eq!(take(&kept, &partners(&[])), None);
    }

    #[test]
    fn what_was_answered_for_the_whole_mission_is_for_the_whole_mission_only() {
        let kept = keep(&Scope::All, b"answer");
        assert_eq!(take(&kept, &Scope::All), Some(b"answer".as_slice()));
        assert_eq!(take(&kept, &partners(&["ken", "*"])), None);
    }
}
