//! Pages of a list: how many, and where to go on.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use sha2::{Digest, Sha256};

use prost::Message;

use crate::{
    resource::Resource,
    status::{Reason, Refusal},
};

const DEFAULT: i32 = 100;
const MOST: i32 = 1000;

/// The largest page: every client takes a message of this size and one record more.
pub const MOST_PAGE_BYTES: usize = 1024 * 1024;

/// What page of a list is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// How many at most; one more is read to know whether there is a next page.
    pub size: i32,
    /// The sort key after which the page begins; empty for the first page.
    pub after: String,
    scope: [u8; 8],
}

/// A page's items and the token of the next page, empty on the last.
#[derive(Debug)]
pub struct Paged<T> {
    pub items: Vec<T>,
    pub next_page_token: String,
}

impl Page {
    /// Reads a page's size and token. `scope` is everything else that was asked: a token is
    /// good for the same question only.
    pub fn read(size: i32, token: &str, scope: &str) -> Result<Self, Refusal> {
        let size = if size <= 0 { DEFAULT } else { size.min(MOST) };
        let mut page = Self { size, after: String::new(), scope: mark(scope) };
        if !token.is_empty() {
            let bytes = BASE64_URL_SAFE_NO_PAD.decode(token).map_err(|_| invalid())?;
            let key = bytes.strip_prefix(&page.scope).ok_or_else(invalid)?;
            let after = String::from_utf8(key.to_vec()).map_err(|_| invalid())?;
            // Anybody can make a token up; no key has these, and the database refuses some.
            if after.contains(char::is_control) {
                return Err(invalid());
            }
            page.after = after;
        }
        Ok(page)
    }

    /// The number after which a page of a numbered list begins.
    pub fn number(&self) -> Result<i64, Refusal> {
        if self.after.is_empty() {
            return Ok(0);
        }
        self.after.parse().map_err(|_| invalid())
    }

    /// How many rows to read: one more than fits.
    pub fn limit(&self) -> i64 {
        i64::from(self.size) + 1
    }

    /// Cuts the resources that were read to a page; `key` tells a resource's sort key.
    pub fn cut<R: Resource>(&self, items: Vec<R>, key: impl Fn(&R) -> String) -> Paged<R> {
        self.cut_by(items, key, |resource| resource.pack().encoded_len())
    }

    /// Cuts what was read to a page of no more items than asked for and no more bytes than a
    /// client takes; `weigh` tells how many an item has.
    pub fn cut_by<T>(
        &self,
        mut items: Vec<T>,
        key: impl Fn(&T) -> String,
        weigh: impl Fn(&T) -> usize,
    ) -> Paged<T> {
        let asked = usize::try_from(self.size).unwrap_or(usize::MAX);
        let mut bytes = 0;
        let fitting = items.iter().take_while(|item| {
            bytes += weigh(item);
            bytes <= MOST_PAGE_BYTES
        });
        // One at least, or a reader would never get past it.
        let size = fitting.count().max(1).min(asked);
        let mut next_page_token = String::new();
        if size < items.len() {
            items.truncate(size);
            if let Some(last) = items.last() {
                let bytes = [&self.scope, key(last).as_bytes()].concat();
                next_page_token = BASE64_URL_SAFE_NO_PAD.encode(bytes);
            }
        }
        Paged { items, next_page_token }
    }
}

fn mark(scope: &str) -> [u8; 8] {
    let mut mark = [0; 8];
    mark.copy_from_slice(&Sha256::digest(scope.as_bytes())[..8]);
    mark
}

fn invalid() -> Refusal {
    let rule = "must be the next_page_token of an answer to the same question";
    Refusal::new(Reason::PageTokenInvalid, format!("page_token {rule}"))
        .violation("page_token", rule)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_leads_to_the_next_page_of_the_same_list_only() {
        let first = Page::read(2, "", "missions/a").unwrap();
        let paged = first.cut_by(vec!["x", "y", "z"], ToString::to_string, |_| 1);
        assert_eq!(paged.items, ["x", "y"]);
        let second = Page::read(2, &paged.next_page_token, "missions/a").unwrap();
        assert_eq!(second.after, "y");
        assert!(Page::read(2, &paged.next_page_token, "missions/b").is_err());
        assert!(Page::read(2, "%%%", "missions/a").is_err());
    }

    #[test]
    fn a_token_that_was_made_up_holds_nothing_that_the_database_refuses() {
        let forged = first_page_ending_with("x\0y");
        assert_eq!(Page::read(2, &forged, "s").unwrap_err().reason(), Reason::PageTokenInvalid);
        assert_eq!(Page::read(2, &first_page_ending_with("é/y"), "s").unwrap().after, "é/y");
    }

    fn first_page_ending_with(key: &str) -> String {
        let page = Page::read(1, "", "s").unwrap();
        page.cut_by(vec![1, 2], |_| key.to_owned(), |_| 1).next_page_token
    }

    #[test]
    fn the_last_page_has_no_token() {
        let page = Page::read(0, "", "s").unwrap();
        assert_eq!(
            (page.size, page.cut_by(vec![1], |_| String::new(), |_| 1).next_page_token.len()),
            (100, 0)
        );
    }

    #[test]
    fn a_page_holds_no_more_than_a_client_takes_but_one_item_at_least() {
        let page = Page::read(10, "", "s").unwrap();
        let cut = |bytes: usize| page.cut_by(vec![1, 2, 3], ToString::to_string, |_| bytes);
        assert_eq!(cut(MOST_PAGE_BYTES / 2).items, [1, 2]);
        let huge = cut(MOST_PAGE_BYTES + 1);
        assert_eq!((huge.items, huge.next_page_token.is_empty()), (vec![1], false));
    }
}
