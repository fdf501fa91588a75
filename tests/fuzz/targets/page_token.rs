//! Page tokens: a token leads where the page before ended, in the same list only, and whatever a
//! caller makes up fits the database.
#![no_main]

use libfuzzer_sys::fuzz_target;
use muster_service::{Reason, page::Page};

const LIST: &str = "ListAreas missions/m";

/// The token that a page of one item gives whose key is this.
fn token(key: &str) -> String {
    let page = Page::read(1, "", LIST).expect("no token is a good one");
    page.cut_by(vec![(), ()], |()| key.to_owned(), |()| 1).next_page_token
}

fuzz_target!(|text: &str| {
    // The text as a token, and as the key within one.
    for token in [text.to_owned(), self::token(text)] {
        match Page::read(1, &token, LIST) {
            Ok(page) => {
                assert!(!page.after.contains(char::is_control), "{:?}", page.after);
                assert!(token.is_empty() || self::token(&page.after) == token);
                let other = Page::read(1, &token, "ListAreas missions/n");
                assert!(token.is_empty() || other.is_err(), "a token of another list is taken");
            }
            Err(refusal) => assert_eq!(refusal.reason(), Reason::PageTokenInvalid),
        }
    }
    if !text.contains(char::is_control) {
        let page = Page::read(1, &self::token(text), LIST).expect("it was given");
        assert_eq!(page.after, text);
    }
});
