use muster_proto::deployment::v1 as pb;
use muster_service::{AtField, FieldViolation};
use muster_service::{Resource, wire::timestamp, wire_enum, words::required};

use crate::domain::{
    contingent::Shift,
    headcount::{Account, Entry},
};

wire_enum!(
    Account,
    pb::HeadcountAccount {
        Outside,
        Pledged,
        Training,
        Ready,
        InTransit,
        Present,
        OnLeave,
        Medical,
        Missing,
        Dead,
        Returning,
        Repatriated,
    }
);

/// Reads which people change accounts by a correction.
pub fn shift(request: &pb::CorrectHeadcountRequest) -> Result<Shift, FieldViolation> {
    let from = required(request.from_account).at("from_account")?;
    let to = required(request.to_account).at("to_account")?;
    if from == to {
        return Err(FieldViolation::new("must be another than from_account").under("to_account"));
    }
    Ok(Shift { from, to, headcount: request.headcount.into() })
}

impl Resource for Entry {
    type Message = pb::HeadcountEntry;

    fn resource_name(&self) -> String {
        let contingent = self.mission.child("contingents", &self.contingent);
        format!("{contingent}/headcountEntries/{}", self.id)
    }

    /// An entry is never changed.
    fn revision(&self) -> i64 {
        1
    }

    fn pack(&self) -> pb::HeadcountEntry {
        pb::HeadcountEntry {
            name: self.resource_name(),
            from_account: pb::HeadcountAccount::from(self.from).into(),
            to_account: pb::HeadcountAccount::from(self.to).into(),
            headcount: self.headcount,
            effective_time: Some(timestamp(self.effective_at)),
            record_time: Some(timestamp(self.recorded_at)),
            cause: self.cause.clone(),
            note: self.note.clone(),
            actor: self.actor.clone(),
        }
    }
}
