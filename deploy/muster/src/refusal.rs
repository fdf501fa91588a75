//! Errors in words: what was refused, by which fields and conditions, and when to come back.

use std::{error::Error, fmt, io};

use muster_service::status::{Reason, word};
use tonic::{Code, Status};
use tonic_types::StatusExt;

/// A service's refusal as people read it.
pub struct Explained<'s>(pub &'s Status);

impl fmt::Display for Explained<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let details = self.0.get_error_details();
        let violations = details.bad_request().map(|bad| bad.field_violations.as_slice());
        let violations = violations.unwrap_or_default();
        match details.error_info() {
            None => write!(f, "{}: {}", code(self.0.code()), self.0.message())?,
            // The message would say the same as the list below it.
            Some(info) if info.reason == word(Reason::FieldInvalid) && !violations.is_empty() => {
                write!(f, "{}", info.reason)?;
            }
            Some(info) => write!(f, "{}: {}", info.reason, self.0.message())?,
        }
        if is(self.0, Reason::CallerUnknown) {
            f.write_str(" (--token-file names one)")?;
        }
        for violation in violations {
            write!(f, "\n  {}: {}", violation.field, violation.description)?;
        }
        for unmet in
            details.precondition_failure().map(|unmet| &unmet.violations).into_iter().flatten()
        {
            write!(f, "\n  unmet: {} {}: {}", unmet.r#type, unmet.subject, unmet.description)?;
        }
        if let Some(info) = details.error_info() {
            let mut facts: Vec<_> = info.metadata.iter().collect();
            facts.sort();
            for (name, value) in
                facts.iter().filter(|(_, value)| !self.0.message().contains(*value))
            {
                write!(f, "\n  {name}: {value}")?;
            }
        }
        match details.retry_info().and_then(|info| info.retry_delay) {
            Some(delay) => write!(f, "\n  worth repeating in {} s", delay.as_secs_f32()),
            None => Ok(()),
        }
    }
}

/// An error with its causes; refusals of services are explained.
pub fn explain(error: &anyhow::Error) -> String {
    let mut parts: Vec<String> = Vec::new();
    for cause in error.chain() {
        if let Some(status) = cause.downcast_ref::<Status>() {
            parts.push(Explained(status).to_string());
            break;
        }
        let part = cause.to_string();
        // Some libraries say their cause themselves.
        if !parts.last().is_some_and(|last| last.ends_with(&part)) {
            parts.push(part);
        }
    }
    parts.join(": ")
}

/// Whether a service gave this reason.
pub fn is(status: &Status, reason: Reason) -> bool {
    status.get_details_error_info().is_some_and(|info| info.reason == word(reason))
}

/// Whether the reader of our output is gone.
pub fn is_broken_pipe(error: &anyhow::Error) -> bool {
    let broken = |cause: &(dyn Error + 'static)| {
        let error = cause.downcast_ref::<io::Error>();
        error.is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
    };
    error.downcast_ref::<io::Error>().is_some_and(|error| broken(error))
}

fn code(code: Code) -> String {
    format!("{code:?}").to_uppercase()
}

#[cfg(test)]
mod tests {
    use anyhow::Context;
    use muster_service::Refusal;

    use super::*;

    #[test]
    fn a_refusal_names_every_field_and_condition() {
        let refusal = Refusal::new(Reason::FieldInvalid, "area.level must be at most 5")
            .violation("area.level", "must be at most 5");
        let status = Status::from(refusal);
        assert_eq!(
            Explained(&status).to_string(),
            "FIELD_INVALID\n  area.level: must be at most 5"
        );
        let refusal = Refusal::new(Reason::OutsideMandate, "no mandate allows this")
            .unmet("DATE", "mandates/unsc", "is not in force on that day")
            .retry_after(std::time::Duration::from_secs(2));
        assert_eq!(
            Explained(&refusal.into()).to_string(),
            "OUTSIDE_MANDATE: no mandate allows this\n  \
             unmet: DATE mandates/unsc: is not in force on that day\n  worth repeating in 2 s"
        );
    }

    #[test]
    fn causes_are_told_and_a_status_is_explained_among_them() {
        let refusal = Refusal::new(Reason::NotFound, "there is no missions/m");
        let error = Err::<(), _>(Status::from(refusal)).context("cannot show it").unwrap_err();
        assert_eq!(explain(&error), "cannot show it: NOT_FOUND: there is no missions/m");
    }
}
