//! One spoilt request: made, sent, judged.

use std::{
    hash::{DefaultHasher, Hash, Hasher},
    sync::Mutex,
    time::{Duration, Instant},
};

use bytes::Bytes;
use fastrand::Rng;
use prost_reflect::MethodDescriptor;
use tonic::{metadata::MetadataMap, transport::Channel};
use tonic_types::StatusExt;

use super::{Report, metadata, mutate, seeds::Seeds, send, verdict};
use crate::World;

/// Watches of nothing go on until their caller has enough.
const WATCH: Duration = Duration::from_millis(100);
/// More violations than a person reads are counted only.
const MOST_SHOWN: usize = 20;

/// Where requests go, and what they show.
pub struct Target {
    deployment: Vec<Channel>,
    reporting: Vec<Channel>,
    pub token: String,
}

impl Target {
    pub async fn of(world: &World) -> Self {
        let mut target =
            Self { deployment: Vec::new(), reporting: Vec::new(), token: world.operator_token() };
        for _ in 0..4 {
            let (deployment, reporting) = world.channels().await;
            target.deployment.push(deployment);
            target.reporting.push(reporting);
        }
        target
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
        let metadata = metadata::any(&target.token, mission, &mut rng);
        Self { method, number, bytes, metadata }
    }

    /// Sends the request, and writes down what came of it.
    pub async fn run(self, target: &Target, report: &Mutex<Report>) {
        let Self { method, number, bytes, metadata } = self;
        let started = Instant::now();
        let channel = target.channel(method, number);
        let limit = if method.is_server_streaming() { WATCH } else { 2 * verdict::LATEST };
        let answer = send::send(channel, method, bytes.clone(), metadata.clone());
        // A watch that has nothing to tell is a good one.
        let answer = tokio::time::timeout(limit, answer).await.unwrap_or(Ok(Bytes::new()));
        let wrong = verdict::judge(method, &answer, started.elapsed()).err();
        let mut report = report.lock().unwrap();
        let figures = report.methods.entry(method.full_name().to_owned()).or_default();
        figures.sent += 1;
        match &answer {
            Ok(_) => figures.accepted += 1,
            Err(refused) if verdict::gave_up(refused) => {
                *figures.refused.entry("(the caller's timeout)".to_owned()).or_default() += 1;
            }
            Err(refused) => {
                let info = refused.get_details_error_info();
                let reason =
                    info.map_or_else(|| format!("{:?}", refused.code()), |info| info.reason);
                *figures.refused.entry(reason).or_default() += 1;
            }
        }
        if let Some(wrong) = wrong {
            let mut metadata = metadata.into_headers();
            metadata.remove(http::header::AUTHORIZATION);
            let words = match report.violations.len() {
                0..MOST_SHOWN => verdict::words(method, &bytes),
                _ => String::new(),
            };
            let name = method.full_name();
            let answer = answer.map(|bytes| bytes.len());
            report.violations.push(format!(
                "{name} number {number}: {wrong}\n  answer {answer:?}\n  metadata {metadata:?}\n  request {words}"
            ));
        }
    }
}
