//! Tokens that look good, and are not: none opens anything.

use jsonwebtoken::{Algorithm, EncodingKey, Header};
use muster_proto::deployment::v1::{
    ListMissionsRequest, mission_service_client::MissionServiceClient,
};
use muster_service::identity::Issuer;
use muster_tests::{World, reason};
use serde_json::{Value, json};

/// Claims as the issuer writes them.
fn claims() -> Value {
    let now = jsonwebtoken::get_current_timestamp();
    json!({
        "iss": "muster", "aud": "muster", "sub": "forger", "iat": now, "exp": now + 600,
        "grants": [{ "role": "staff", "mission": "*" }],
    })
}

fn with(key: &str, value: impl Into<Value>) -> Value {
    let mut claims = claims();
    claims[key] = value.into();
    claims
}

fn without(key: &str) -> Value {
    let mut claims = claims();
    claims.as_object_mut().unwrap().remove(key);
    claims
}

async fn refusal_of(world: &World, token: &str) -> Option<String> {
    let client = world.client_showing(Some(token)).await;
    let mut missions = MissionServiceClient::new(client.deployment);
    let answer = missions.list_missions(ListMissionsRequest::default()).await;
    answer.err().map(|refused| reason(&refused))
}

#[tokio::test]
async fn a_token_that_is_not_the_issuers_own_for_now_and_for_us_names_nobody() {
    let world = World::start().await;
    let public = world.public_keys();
    let id = serde_json::from_str::<Value>(&public).unwrap()["keys"][0]["kid"].clone();
    let id = id.as_str().unwrap();
    let header =
        |kid: Option<&str>| Header { kid: kid.map(str::to_owned), ..Header::new(Algorithm::EdDSA) };
    let key = EncodingKey::from_ed_der(world.signing_key());
    let sign = |kid: Option<&str>, claims: &Value| {
        jsonwebtoken::encode(&header(kid), claims, &key).unwrap()
    };
    // The forger's tools make good tokens, where nothing is forged.
    assert_eq!(refusal_of(&world, &sign(Some(id), &claims())).await, None);

    let now = jsonwebtoken::get_current_timestamp();
    let others_key = EncodingKey::from_ed_der(&Issuer::generate().unwrap());
    let others = jsonwebtoken::encode(&header(Some(id)), &claims(), &others_key).unwrap();
    let secret = EncodingKey::from_secret(public.as_bytes());
    let symmetric = Header { kid: Some(id.to_owned()), ..Header::new(Algorithm::HS256) };
    let symmetric = jsonwebtoken::encode(&symmetric, &claims(), &secret).unwrap();
    let good = sign(Some(id), &claims());
    let body = good.split('.').nth(1).unwrap();
    let forged = [
        ("signed with another key under this id", others),
        ("signed with the public key as a secret", symmetric),
        ("signed by nobody", format!("eyJhbGciOiJub25lIn0.{body}.")),
        ("without a signature", good.rsplit_once('.').unwrap().0.to_owned() + "."),
        ("of an unknown key", sign(Some("other"), &claims())),
        ("of no key", sign(None, &claims())),
        ("for others", sign(Some(id), &with("aud", "elsewhere"))),
        ("for nobody", sign(Some(id), &without("aud"))),
        ("of another issuer", sign(Some(id), &with("iss", "elsewhere"))),
        ("of no issuer", sign(Some(id), &without("iss"))),
        ("that has ended", sign(Some(id), &with("exp", now - 60))),
        ("that never ends", sign(Some(id), &without("exp"))),
        ("that has not begun", sign(Some(id), &with("nbf", now + 600))),
        ("of no subject", sign(Some(id), &without("sub"))),
        (
            "with a role that there is not",
            sign(Some(id), &with("grants", json!([{ "role": "king", "mission": "*" }]))),
        ),
        ("with bytes after it", format!("{good}x")),
        ("that is long", "e".repeat(10_000)),
    ];
    for (what, token) in &forged {
        let refused = refusal_of(&world, token).await;
        assert_eq!(refused.as_deref(), Some("CALLER_UNKNOWN"), "a token {what}");
    }
}
