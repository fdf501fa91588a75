//! One spoilt request: made, sent, judged.

use std::{
    hash::{DefaultHasher, Hash, Hasher},
    sync::Mutex,
    time::Instant,
};

use bytes::Bytes;
use fastrand::Rng;
use muster_service::identity::{Grant, Role};
use prost_reflect::MethodDescriptor;
use tonic::{metadata::MetadataMap, transport::Channel};

use super::{Report, metadata, mutate, seeds::Seeds, send, verdict};
use crate::World;

/// More violations than a person reads are counted only.
const MOST_SHOWN: usize = 20;

/// Where requests go, and what they show.
pub struct Target {
    deployment: Vec<Channel>,
    reporting: Vec<Channel>,
    operator: String,
    contributors: [String; 2],
}

impl Target {
    pub async fn of(world: &World) -> Self {
        let contributor = |partner: &str| {
            let everywhere = Grant::everywhere(Role::Contributor);
            let grant = Grant { partner: Some(partner.to_owned()), ..everywhere };
            crate::mint(&world.issuer, partner, vec![grant])
        };
        let mut target = Self {
            deployment: Vec::new(),
            reporting: Vec::new(),
            operator: world.operator_token(),
            // Of these two is everything that every-change.toml has of partners.
            contributors: ["ken", "ben"].map(contributor),
        };
        for _ in 0..4 {
            let (deployment, reporting) = world.channels().await;
            target.deployment.push(deployment);
            target.reporting.push(reporting);
        }
        target
    }

    /// The token of a caller, who may do everything or speaks for one partner only.
    fn token(&self, is_contributor: bool, rng: &mut Rng) -> &str {
        if is_contributor {
            return &self.contributors[rng.usize(..self.contributors.len())];
        }
        &self.operator
    }

    fn channel(&self, method: &MethodDescriptor, number: usize) -> Channel {
        let channels = match method.parent_service().package_name() {
            "muster.deployment.v1" => &self.deployment,
            _ => &self.reporting,
        };
        channels[number % channels.len()].clone()
    }
}

/// A request, ready to be sent.
pub struct Attack<'m> {
    method: &'m MethodDescriptor,
    number: usize,
    is_contributor: bool,
    bytes: Vec<u8>,
    metadata: MetadataMap,
}

impl<'m> Attack<'m> {
    /// The request of this number: the same for the same seed, whatever was sent before.
    pub fn new(
        method: &'m MethodDescriptor,
        (seed, number): (u64, usize),
        (mission, seeds): (&str, &Seeds),
        target: &Target,
    ) -> Self {
        let mut hasher = DefaultHasher::new();
        (seed, number, method.full_name()).hash(&mut hasher);
        let mut rng = Rng::with_seed(hasher.finish());
        let mut message = seeds.good(method, &mut rng);
        // A request id is known already, and would hide what is behind it.
        if rng.u8(..8) != 0 {
            mutate::clear_request_id(&mut message);
        }
        if rng.bool() {
            mutate::give_id(&mut message, &mut rng);
        }
        if rng.u8(..10) != 0 {
            for _ in 0..[1, 1, 1, 2, 4][rng.usize(..5)] {
                mutate::field(&mut message, seeds, &mut rng);
            }
        }
        let mut bytes = prost::Message::encode_to_vec(&message);
        if rng.u8(..5) == 0 {
            mutate::bytes(&mut bytes, &mut rng);
        }
        // Contributors are refused half of what there is, so that fewer requests are theirs.
        let is_contributor = rng.u8(..4) == 0;
        let token = target.token(is_contributor, &mut rng);
        let metadata = metadata::any(token, mission, &mut rng);
        Self { method, number, is_contributor, bytes, metadata }
    }

    /// Sends the request, and writes down what came of it.
    pub async fn run(self, target: &Target, report: &Mutex<Report>) {
        let Self { method, number, is_contributor, bytes, metadata } = self;
        let started = Instant::now();
        let channel = target.channel(method, number);
        let answer = send::send(channel, method, bytes.clone(), metadata.clone());
        // What never comes is judged by the time that it took.
        let limit = 2 * verdict::LATEST;
        let answer = tokio::time::timeout(limit, answer).await.unwrap_or(Ok(Vec::new()));
        let wrong = verdict::judge(method, &answer, started.elapsed()).err();
        let mut report = report.lock().unwrap();
        report.methods.entry(method.full_name().to_owned()).or_default().count(&answer);
        if is_contributor {
            report.contributors.count(&answer);
        }
        if let Some(wrong) = wrong {
            let mut metadata = metadata.into_headers();
            metadata.remove(http::header::AUTHORIZATION);
            let words = match report.violations.len() {
                0..MOST_SHOWN => verdict::words(method, &bytes),
                _ => String::new(),
            };
            let name = method.full_name();
            let answer = answer.map(|said| said.iter().map(Bytes::len).collect::<Vec<_>>());
            report.violations.push(format!(
                "{name} number {number}: {wrong}\n  answer {answer:?}\n  metadata {metadata:?}\n  request {words}"
            ));
        }
    }
}
