//! Consistency tokens: what is read is what was given, letter by letter.
#![no_main]

use libfuzzer_sys::fuzz_target;
use muster_service::{Reason, token::self, token::HEADER, token::Token};
use muster_values::{MissionId};
use tonic::metadata::{AsciiMetadataValue, MetadataMap};

fuzz_target!(|text: &str| {
    match text.parse::<Token>() {
        Ok(token) => {
            assert_eq!(token.to_string(), text, "two texts say the same token");
            assert!(0 <= token.position);
            assert_eq!(MissionId::parse(&token.mission.name()).as_ref(), Ok(&token.mission));
        }
        Err(refusal) => assert_eq!(refusal.reason(), Reason::ConsistencyTokenInvalid),
    }
    let Ok(value) = text.parse::<AsciiMetadataValue>() else { return };
    let mut metadata = MetadataMap::new();
    metadata.insert(HEADER, value);
    if let Ok(tokens) = token::read(&metadata) {
        assert!(tokens.len() <= 100);
        let joined: Vec<String> = tokens.iter().map(Token::to_string).collect();
        metadata.insert(HEADER, joined.join(",").parse().expect("a token fits a header"));
        assert_eq!(token::read(&metadata).ok(), Some(tokens));
    }
});
