//! Whether an answer is one that partners may get.

use std::{sync::LazyLock, time::Duration};

use muster_service::{Reason, field, status};
use prost_reflect::{DynamicMessage, MethodDescriptor};
use regex::Regex;
use tonic::{Code, Status};
use tonic_types::StatusExt;

use super::send::Answer;

/// What says how the service is made. No request of the generator holds these words.
static INTERNALS: LazyLock<Regex> = LazyLock::new(|| {
    let words = r"(?i)sqlx|relation|constraint|column|src/|\.rs\b|panicked|postgres|prost|tonic";
    Regex::new(words).unwrap()
});

/// The longest sentence that fits the headers of every client.
const MOST_MESSAGE: usize = 8 * 1024;

/// Every answer comes within the server's limit, plus what a busy machine takes.
pub const LATEST: Duration = Duration::from_secs(31);

/// What is wrong with an answer, if anything.
pub fn judge(method: &MethodDescriptor, answer: &Answer, took: Duration) -> Result<(), String> {
    if LATEST < took {
        return Err(format!("it took {took:?}"));
    }
    match answer {
        Ok(messages) => messages.iter().try_for_each(|bytes| {
            DynamicMessage::decode(method.output(), bytes.as_ref())
                .map(|_| ())
                .map_err(|error| format!("the answer cannot be read: {error}"))
        }),
        // The client gives up by itself at the time that the metadata says.
        Err(refused) if gave_up(refused) => Ok(()),
        Err(refused) => refusal(method, refused),
    }
}

/// Why there is no answer, in a word.
pub fn reason(refused: &Status) -> String {
    if gave_up(refused) {
        return "(the caller's timeout)".to_owned();
    }
    let info = refused.get_details_error_info();
    info.map_or_else(|| format!("{:?}", refused.code()), |info| info.reason)
}

/// Whether this is no answer but the client's own impatience.
fn gave_up(refused: &Status) -> bool {
    let source = std::error::Error::source(refused).and_then(std::error::Error::source);
    source.is_some_and(<dyn std::error::Error>::is::<tonic::TimeoutExpired>)
}

/// The reason of a refusal, or what is wrong with it.
fn refusal(method: &MethodDescriptor, refused: &Status) -> Result<(), String> {
    let said = format!("{:?} {:?}", refused.message(), refused.get_error_details());
    if let Some(found) = INTERNALS.find(&said) {
        return Err(format!("it tells of {:?}", found.as_str()));
    }
    if MOST_MESSAGE < refused.message().len() {
        return Err(format!("it says {} bytes", refused.message().len()));
    }
    let info = refused.get_details_error_info().ok_or("it has no ErrorInfo")?;
    if info.domain != "muster" {
        return Err(format!("its domain is {:?}", info.domain));
    }
    let name = format!("ERROR_REASON_{}", info.reason);
    let reason = Reason::from_str_name(&name).ok_or(format!("{} is not listed", info.reason))?;
    if refused.code() != status::code(reason) {
        return Err(format!("{} comes with {:?}", info.reason, refused.code()));
    }
    if matches!(refused.code(), Code::Internal | Code::Unknown)
        || reason == Reason::DatabaseUnavailable
    {
        return Err("it is a fault of ours".to_owned());
    }
    let request = refused.get_details_bad_request();
    let violations = request.map(|found| found.field_violations).unwrap_or_default();
    if reason == Reason::FieldInvalid && violations.is_empty() {
        return Err("it names no field".to_owned());
    }
    match violations.iter().find(|violation| !field::exists(&method.input(), &violation.field)) {
        Some(violation) => Err(format!("there is no field {:?}", violation.field)),
        None => Ok(()),
    }
}

/// A request in words, as far as it can be read, and its bytes.
pub fn words(method: &MethodDescriptor, bytes: &[u8]) -> String {
    let text = match DynamicMessage::decode(method.input(), bytes) {
        Ok(message) => message.to_string(),
        Err(error) => format!("({error})"),
    };
    let shown = |text: &str| text.chars().take(2000).collect::<String>();
    let most = bytes.len().min(1000);
    format!("{}\n  {} bytes {:02x?}", shown(&text), bytes.len(), &bytes[..most])
}
