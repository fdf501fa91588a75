use muster_proto::deployment::v1 as pb;
use muster_service::{AtField, FieldViolation};
use muster_service::{resource::Content, wire, wire::timestamp, words::ToWire, words::required};
use muster_values::{MissionId, Stored};

use crate::domain::{contingent::AccountChange, headcount::Entry};

/// Reads which people change accounts by a correction.
pub fn transfer(request: &pb::CorrectHeadcountRequest) -> Result<AccountChange, FieldViolation> {
    let from = required(request.from_account).at("from_account")?;
    let to = required(request.to_account).at("to_account")?;
    if from == to {
        return Err(FieldViolation::new("must be another than from_account").under("to_account"));
    }
    Ok(AccountChange { from, to, headcount: request.headcount.into() })
}

impl Content for Entry {
    type Message = pb::HeadcountEntry;

    fn unpack(entry: pb::HeadcountEntry, _mission: &MissionId) -> Result<Self, FieldViolation> {
        Ok(Self {
            from: required(entry.from_account).at("from_account")?,
            to: required(entry.to_account).at("to_account")?,
            headcount: entry.headcount,
            effective_at: wire::required_time(entry.effective_time).at("effective_time")?,
            cause: entry.cause,
            note: entry.note,
            actor: entry.actor,
        })
    }

    fn pack(stored: &Stored<Self>) -> pb::HeadcountEntry {
        pb::HeadcountEntry {
            from_account: stored.from.to_wire().into(),
            to_account: stored.to.to_wire().into(),
            headcount: stored.headcount,
            effective_time: Some(timestamp(stored.effective_at)),
            record_time: Some(timestamp(stored.updated_at)),
            cause: stored.cause.clone(),
            note: stored.note.clone(),
            actor: stored.actor.clone(),
            ..pb::HeadcountEntry::default()
        }
    }
}
