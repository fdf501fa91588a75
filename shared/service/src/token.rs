//! Consistency tokens: what was written, so that a later read can be no older.
//!
//! Every write answers with one in the metadata `muster-consistency-token`; every read of
//! either service takes them back in the same place, several joined with commas. A service holds
//! its answer against the tokens of its own feed; the reporting service, which follows the other's,
//! waits for that as well. The deployment service knows nothing of reports, and passes over theirs.

use std::{fmt, str::FromStr};

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use tonic::{Response, metadata::MetadataMap};
use uuid::Uuid;

use crate::{status::Reason, status::Refusal};
use muster_values::name::MissionId;

/// The metadata that carries tokens, both ways.
pub const HEADER: &str = "muster-consistency-token";

const MOST_TOKENS: usize = 100;

/// The services that give tokens, by their schemas.
const SERVICES: [&str; 2] = ["deployment", "reporting"];

/// A position in the feed of one service's mission.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    /// The service's schema name, such as `deployment`.
    pub service: String,
    pub mission: MissionId,
    pub epoch: Uuid,
    pub position: i64,
}

impl Token {
    /// Puts the token into an answer's metadata.
    pub fn attach<T>(&self, mut response: Response<T>) -> Response<T> {
        if let Ok(value) = self.to_string().parse() {
            response.metadata_mut().insert(HEADER, value);
        }
        response
    }
}

impl fmt::Display for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { service, mission, epoch, position } = self;
        f.write_str(
            &BASE64_URL_SAFE_NO_PAD.encode(format!("{service}/{mission}/{epoch}/{position}")),
        )
    }
}

impl FromStr for Token {
    type Err = Refusal;

    fn from_str(text: &str) -> Result<Self, Refusal> {
        // One text for each token: signs, leading zeros and other spellings of a UUID are not ours.
        read_one(text).filter(|token| token.to_string() == text).ok_or_else(invalid)
    }
}

fn invalid() -> Refusal {
    let message = format!("{HEADER} must hold at most {MOST_TOKENS} tokens that this API gave");
    Refusal::new(Reason::ConsistencyTokenInvalid, message)
}

fn read_one(text: &str) -> Option<Token> {
    let text = String::from_utf8(BASE64_URL_SAFE_NO_PAD.decode(text).ok()?).ok()?;
    let [service, mission, epoch, position] = text.split('/').collect::<Vec<_>>()[..] else {
        return None;
    };
    let is_id = |id: &str| {
        !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    if !SERVICES.contains(&service) || !is_id(mission) {
        return None;
    }
    Some(Token {
        service: service.to_owned(),
        mission: MissionId::trusted(mission),
        epoch: epoch.parse().ok()?,
        position: position.parse().ok().filter(|position| 0 <= *position)?,
    })
}

/// Reads every token in a call's metadata.
pub fn read(metadata: &MetadataMap) -> Result<Vec<Token>, Refusal> {
    let mut tokens = Vec::new();
    for value in metadata.get_all(HEADER) {
        let text = value.to_str().unwrap_or("?");
        for token in text.split(',').map(str::trim).filter(|token| !token.is_empty()) {
            tokens.push(token.parse()?);
        }
    }
    if MOST_TOKENS < tokens.len() {
        return Err(invalid());
    }
    Ok(tokens)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_survives_the_wire_and_junk_is_refused() {
        let token = Token {
            service: "deployment".into(),
            mission: MissionId::trusted("haiti"),
            epoch: Uuid::nil(),
            position: 7,
        };
        assert_eq!(token.to_string().parse::<Token>().unwrap(), token);
        for junk in ["", "x", "aGVsbG8", "ZS9tLzAvLTE"] {
            assert!(junk.parse::<Token>().is_err(), "{junk}");
        }
        let nil = "00000000-0000-0000-0000-000000000000";
        for said in
            [format!("{nil}/+7"), format!("{nil}/07"), format!("{}/7", nil.replace('-', ""))]
        {
            let other = BASE64_URL_SAFE_NO_PAD.encode(format!("deployment/haiti/{said}"));
            assert!(other.parse::<Token>().is_err(), "{said}");
        }
    }
}
