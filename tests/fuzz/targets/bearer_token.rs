//! Bearer tokens: only what was signed by our key, of our issuer, for us, and has not ended names
//! somebody, and then whom it says.
//!
//! The first byte chooses: 0, the rest is a token as it came; else the rest is what stands in a
//! token, header and claims with a line break between, and is signed by the right key.
#![no_main]

use std::{
    sync::LazyLock,
    time::{SystemTime, UNIX_EPOCH},
};

use aws_lc_rs::signature::Ed25519KeyPair;
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use libfuzzer_sys::fuzz_target;
use muster_service::identity::{Issuer, Keys};
use serde_json::Value;

struct Signer {
    pair: Ed25519KeyPair,
    id: String,
    keys: Keys,
}

/// The same key in every run, so that inputs keep their meaning.
static SIGNER: LazyLock<Signer> = LazyLock::new(|| {
    let pair = Ed25519KeyPair::from_seed_unchecked(&[7; 32]).expect("32 bytes are a seed");
    let private = pair.to_pkcs8v1().expect("it can be encoded");
    let public = Issuer::new(private.as_ref()).and_then(|issuer| issuer.public_keys());
    let public = public.expect("it is an Ed25519 key");
    let file = tempfile::NamedTempFile::new().expect("a place for the key");
    std::fs::write(file.path(), &public).expect("a place for the key");
    let keys = Keys::read(file.path()).expect("the key is there");
    let set: Value = serde_json::from_str(&public).expect("it is JSON");
    let id = set["keys"][0]["kid"].as_str().expect("it has an id").to_owned();
    Signer { pair, id, keys }
});

fn signed(header: &str, claims: &str) -> String {
    let [header, claims] = [header, claims].map(|part| BASE64_URL_SAFE_NO_PAD.encode(part));
    let message = format!("{header}.{claims}");
    let signature = BASE64_URL_SAFE_NO_PAD.encode(SIGNER.pair.sign(message.as_bytes()));
    format!("{message}.{signature}")
}

/// Whether claims are good now, told without the library that is under test.
fn are_good(claims: &Value) -> bool {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970").as_secs();
    let ends = claims["exp"].as_u64().is_some_and(|end| now <= end.saturating_add(30));
    let begun = claims["nbf"].as_u64().is_none_or(|start| start <= now + 31);
    claims["iss"] == "muster"
        && claims["aud"] == "muster"
        && claims["sub"].is_string()
        && ends
        && begun
}

fuzz_target!(|text: &str| {
    let keys = &SIGNER.keys;
    let Some(rest) = text.get(1..) else { return };
    if text.starts_with('0') {
        return assert!(keys.verify(rest).is_none(), "a token that nobody signed");
    }
    let Some((header, claims)) = rest.split_once('\n') else { return };
    // The id of the key is not to be guessed.
    let header = header.replace("KEY", &SIGNER.id);
    let token = signed(&header, claims);
    let Some(principal) = keys.verify(&token) else { return };
    let said: Value = serde_json::from_str(claims).expect("claims that were read are JSON");
    assert!(are_good(&said), "{claims}");
    assert_eq!(said["sub"].as_str(), Some(&*principal.subject));
    let grants = serde_json::to_value(&principal.grants[..]).expect("grants are words");
    assert_eq!(grants.as_array().map(Vec::len), said["grants"].as_array().map(Vec::len));
    let header: Value = serde_json::from_str(&header).expect("a header that was read is JSON");
    assert_eq!(header["alg"], "EdDSA");
    // Once known, it is known by its very text only.
    assert!(keys.verify(&token).is_some());
    assert!(keys.verify(&token[..token.len() - 1]).is_none());
    assert!(keys.verify(&format!("{token}=")).is_none());
});
