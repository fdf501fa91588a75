//! Who calls: principals from signed tokens, never from a request field.

mod known;

use std::{path::Path, sync::Arc, time::Duration};

use anyhow::{Context, bail};
use aws_lc_rs::signature::Ed25519KeyPair;
use jsonwebtoken::{
    Algorithm, DecodingKey, EncodingKey, Header, Validation,
    jwk::{Jwk, JwkSet},
};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use tokio::time::Instant;

use self::known::Known;
use crate::ServiceConfig;

const ISSUER: &str = "muster";
const AUDIENCE: &str = "muster";

/// How far the clocks of issuer and server may differ.
const LEEWAY_SECONDS: u64 = 30;

/// What someone may be in a mission.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// The commander's staff: runs the deployment.
    Staff,
    /// A sending partner: its own pledges, contingents and movements.
    Contributor,
    /// The host country's own force.
    HostForce,
    /// Reports incidents and figures.
    Monitor,
    /// Verifies, assesses and drafts.
    Analyst,
    /// Approves and publishes.
    Editor,
    /// Reads everything, writes nothing.
    Auditor,
    /// A service of ours that follows the other's feed.
    Service,
}

/// A role in one mission, or in all.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Grant {
    pub role: Role,
    /// The id of a mission, or `*` for all.
    pub mission: String,
    /// The id of the partner that a contributor speaks for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub partner: Option<String>,
}

impl Grant {
    /// A role in every mission.
    pub fn everywhere(role: Role) -> Self {
        Self { role, mission: "*".to_owned(), partner: None }
    }

    pub fn holds_in(&self, mission: &str) -> bool {
        self.mission == "*" || self.mission == mission
    }
}

/// Someone whose token was good.
#[derive(Clone, Debug)]
pub struct Principal {
    pub subject: Arc<str>,
    pub grants: Arc<[Grant]>,
    /// When the token ends, and with it what it opened; `None` where there is no token.
    pub until: Option<Instant>,
}

/// What our tokens say.
#[derive(Debug, Serialize)]
struct Claims {
    iss: String,
    aud: String,
    sub: String,
    iat: i64,
    exp: i64,
    grants: Vec<Grant>,
}

/// What is read of a token, besides what is validated: issuers may write several audiences, and
/// moments with a fraction.
#[derive(Debug, Deserialize)]
struct Shown {
    sub: String,
    exp: serde_json::Number,
    grants: Vec<Grant>,
}

/// The public keys that tokens are checked with.
#[derive(Debug)]
pub struct Keys {
    set: JwkSet,
    known: Known,
}

impl Keys {
    /// Reads a JWK set; only Ed25519 keys with a key id are used.
    pub fn read(path: &Path) -> anyhow::Result<Self> {
        let text = std::fs::read_to_string(path)
            .with_context(|| format!("cannot read the keys in {}", path.display()))?;
        let set = serde_json::from_str(&text)
            .with_context(|| format!("{} is no JWK set", path.display()))?;
        Ok(Self::of(set))
    }

    /// Those of nobody.
    #[cfg(test)]
    pub(crate) fn none() -> Self {
        Self::of(JwkSet { keys: Vec::new() })
    }

    fn of(set: JwkSet) -> Self {
        Self { set, known: Known::default() }
    }

    /// The principal of a token, or nothing: a caller is not told what is wrong with it.
    pub fn verify(&self, token: &str) -> Option<Principal> {
        let now = jsonwebtoken::get_current_timestamp();
        if let Some(principal) = self.known.get(token, now) {
            return Some(principal);
        }
        let header = jsonwebtoken::decode_header(token).ok()?;
        let key = DecodingKey::from_jwk(self.set.find(header.kid.as_deref()?)?).ok()?;
        // The algorithm is ours to choose, never the token's.
        let mut validation = Validation::new(Algorithm::EdDSA);
        validation.leeway = LEEWAY_SECONDS;
        validation.validate_nbf = true;
        validation.set_issuer(&[ISSUER]);
        validation.set_audience(&[AUDIENCE]);
        validation.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
        let claims = jsonwebtoken::decode::<Shown>(token, &key, &validation).ok()?.claims;
        let exp = claims.exp.to_string();
        let whole = exp.split_once('.').map_or(&*exp, |(whole, _)| whole);
        let last_second = whole.parse::<u64>().ok()?.saturating_add(LEEWAY_SECONDS);
        let left = Duration::from_secs(last_second.saturating_sub(now));
        let principal = Principal {
            subject: claims.sub.into(),
            grants: claims.grants.into(),
            until: Instant::now().checked_add(left),
        };
        self.known.keep(token, principal.clone(), last_second, now);
        Some(principal)
    }
}

/// The keys to check callers with; `None` where everybody may do everything.
pub fn keys_for(config: &ServiceConfig) -> anyhow::Result<Option<Keys>> {
    match (&config.jwks_file, config.insecure) {
        (Some(path), _) => Keys::read(path).map(Some),
        (None, true) if config.listen.ip().is_loopback() => {
            tracing::warn!("insecure: every caller on this machine may do everything");
            Ok(None)
        }
        (None, true) => bail!("--insecure is for loopback addresses only, not {}", config.listen),
        (None, false) => bail!("--jwks-file is needed: the public keys that callers are known by"),
    }
}

/// A private key that makes tokens.
pub struct Issuer {
    key: EncodingKey,
    id: String,
}

impl Issuer {
    /// A new private key, as PKCS #8 in DER.
    pub fn generate() -> anyhow::Result<Vec<u8>> {
        let pair = Ed25519KeyPair::generate().context("cannot make a key")?;
        Ok(pair.to_pkcs8v1().context("cannot encode the key")?.as_ref().to_vec())
    }

    /// Takes a private key that `generate` made.
    pub fn new(pkcs8: &[u8]) -> anyhow::Result<Self> {
        let key = EncodingKey::from_ed_der(pkcs8);
        let jwk = Jwk::from_encoding_key(&key, Algorithm::EdDSA).context("no Ed25519 key")?;
        let id = jwk.thumbprint(jsonwebtoken::jwk::ThumbprintHash::SHA256)?;
        Ok(Self { key, id })
    }

    /// The public half, for `MUSTER_JWKS_FILE`.
    pub fn public_keys(&self) -> anyhow::Result<String> {
        let mut jwk = Jwk::from_encoding_key(&self.key, Algorithm::EdDSA)?;
        jwk.common.key_id = Some(self.id.clone());
        Ok(serde_json::to_string_pretty(&JwkSet { keys: vec![jwk] })?)
    }

    /// A token for a subject, valid from now on.
    pub fn token(
        &self,
        subject: &str,
        grants: Vec<Grant>,
        now: OffsetDateTime,
        lifetime: Duration,
    ) -> anyhow::Result<String> {
        let header = Header { kid: Some(self.id.clone()), ..Header::new(Algorithm::EdDSA) };
        let iat = now.unix_timestamp();
        let claims = Claims {
            iss: ISSUER.to_owned(),
            aud: AUDIENCE.to_owned(),
            sub: subject.to_owned(),
            iat,
            exp: iat.saturating_add_unsigned(lifetime.as_secs()),
            grants,
        };
        jsonwebtoken::encode(&header, &claims, &self.key).context("cannot sign a token")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn issuer() -> (Issuer, Keys) {
        let issuer = Issuer::new(&Issuer::generate().unwrap()).unwrap();
        let set = serde_json::from_str(&issuer.public_keys().unwrap()).unwrap();
        (issuer, Keys::of(set))
    }

    fn token(issuer: &Issuer, issued: OffsetDateTime) -> String {
        let grants = vec![Grant::everywhere(Role::Staff)];
        issuer.token("ops", grants, issued, Duration::from_mins(1)).unwrap()
    }

    #[test]
    fn a_good_token_names_its_principal() {
        let (issuer, keys) = issuer();
        let principal = keys.verify(&token(&issuer, crate::Clock::System.now())).unwrap();
        assert_eq!(&*principal.subject, "ops");
        assert!(principal.grants[0].holds_in("haiti"));
    }

    #[test]
    fn another_issuers_spelling_of_audience_and_time_is_read() {
        let (issuer, keys) = issuer();
        let now = crate::Clock::System.now().unix_timestamp();
        let shown = |audience: serde_json::Value, exp: serde_json::Value| {
            let header = Header { kid: Some(issuer.id.clone()), ..Header::new(Algorithm::EdDSA) };
            let claims = serde_json::json!({
                "iss": ISSUER, "aud": audience, "sub": "ops", "iat": now, "exp": exp,
                "grants": [Grant::everywhere(Role::Staff)],
            });
            keys.verify(&jsonwebtoken::encode(&header, &claims, &issuer.key).unwrap())
        };
        let soon = serde_json::json!(now + 60);
        let fraction: serde_json::Value = format!("{}.5", now + 60).parse().unwrap();
        assert!(shown(serde_json::json!(["relief", AUDIENCE]), fraction).is_some());
        assert!(shown(serde_json::json!(["relief"]), soon).is_none());
        let past: serde_json::Value = format!("{}.5", now - 60).parse().unwrap();
        assert!(shown(serde_json::json!([AUDIENCE]), past).is_none());
    }

    #[test]
    fn insecure_is_for_loopback_addresses_only() {
        #[derive(clap::Parser)]
        struct Program {
            #[command(flatten)]
            config: ServiceConfig,
        }
        let keys = |listen: &str| {
            let arguments =
                ["x", "--database-url", "postgres:///", "--insecure", "--listen", listen];
            keys_for(&<Program as clap::Parser>::parse_from(arguments).config)
        };
        assert!(keys("127.0.0.1:0").unwrap().is_none());
        assert!(keys("[::1]:0").unwrap().is_none());
        assert!(keys("0.0.0.0:0").is_err());
        assert!(keys("192.0.2.1:0").is_err());
    }

    #[test]
    fn tokens_that_expired_or_were_changed_or_are_of_another_key_name_nobody() {
        let (issuer, keys) = issuer();
        let (other, _) = self::issuer();
        let now = crate::Clock::System.now();
        let good = token(&issuer, now);
        assert!(keys.verify(&token(&issuer, now - time::Duration::HOUR)).is_none());
        assert!(keys.verify(&token(&other, now)).is_none());
        assert!(keys.verify(&good[..good.len() - 4]).is_none());
        assert!(keys.verify("").is_none());
        let claims = good.split('.').nth(1).unwrap();
        let unsigned = format!("eyJhbGciOiJub25lIn0.{claims}.");
        assert!(keys.verify(&unsigned).is_none());
    }
}
