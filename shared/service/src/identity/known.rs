//! Principals whose tokens were good a moment ago: checking a signature costs more than all the
//! rest that a call passes.

use std::{
    collections::HashMap,
    sync::{PoisonError, RwLock},
};

use sha2::{Digest, Sha256};

use super::Principal;

/// Only good tokens are kept, so nobody fills this up who could not call anyway.
const MOST: usize = 4_096;

/// Principals by the hash of their tokens. It belongs to the keys that checked them and goes
/// when they do.
#[derive(Debug, Default)]
pub struct Known(RwLock<HashMap<[u8; 32], Entry>>);

#[derive(Debug)]
struct Entry {
    principal: Principal,
    /// The last second in which the token is good, as its issuer counts them.
    last_second: u64,
}

impl Known {
    /// The principal of a token that was good and still is.
    pub fn get(&self, token: &str, now: u64) -> Option<Principal> {
        let entries = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let entry = entries.get(&hash(token)).filter(|entry| now <= entry.last_second)?;
        Some(entry.principal.clone())
    }

    /// Keeps the principal of a good token as long as the token is.
    pub fn keep(&self, token: &str, principal: Principal, last_second: u64, now: u64) {
        let mut entries = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if MOST <= entries.len() {
            entries.retain(|_, entry| now <= entry.last_second);
        }
        if MOST <= entries.len() {
            entries.clear();
        }
        entries.insert(hash(token), Entry { principal, last_second });
    }
}

fn hash(token: &str) -> [u8; 32] {
    Sha256::digest(token).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn principal() -> Principal {
        Principal { subject: "ops".into(), grants: [].into(), until: None }
    }

    #[test]
    fn a_principal_is_known_by_its_very_token_until_that_ends() {
        let known = Known::default();
        known.keep("good", principal(), 100, 50);
        assert_eq!(&*known.get("good", 100).unwrap().subject, "ops");
        assert!(known.get("goo", 100).is_none());
        assert!(known.get("good", 101).is_none());
    }

    #[test]
    fn tokens_without_number_do_not_fill_the_memory() {
        let known = Known::default();
        for number in 0..=2 * MOST {
            known.keep(&number.to_string(), principal(), 100, 50);
        }
        assert!(known.0.read().unwrap().len() <= MOST);
    }
}
