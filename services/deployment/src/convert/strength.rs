use muster_proto::deployment::v1 as pb;
use muster_service::{wire::timestamp, wire::wire_quantity};
use muster_values::Id;

use crate::domain::{
    headcount::Account,
    strength::{Line, Reconciliation, Strength},
};

pub fn pack(strength: &Strength) -> pb::Strength {
    let name = |collection: &str, id: &Id| strength.mission.child(collection, id);
    pb::Strength {
        name: strength.mission.name(),
        valid_time: Some(timestamp(strength.valid_at)),
        as_of_time: Some(timestamp(strength.as_of)),
        lines: strength.lines.iter().map(|one| line(strength, one)).collect(),
        contingents: (strength.contingents.iter())
            .map(|one| pb::ContingentStrength {
                contingent: name("contingents", &one.contingent),
                partner: name("partners", &one.partner),
                balances: one.balances.iter().map(balance).collect(),
            })
            .collect(),
        reconciliations: (strength.reconciliations.iter())
            .map(|one| reconciliation(one, |id: &Id| name("strengthClaims", id)))
            .collect(),
        mandate: strength.mandate.as_ref().map(|id| name("mandates", id)).unwrap_or_default(),
        ceiling_breached: strength.ceiling_breached,
    }
}

fn line(strength: &Strength, line: &Line) -> pb::StrengthLine {
    let full = |paths: &[String]| {
        paths.iter().map(|path| format!("{}/{path}", strength.mission.name())).collect()
    };
    pb::StrengthLine {
        measure: pb::StrengthMeasure::from(line.measure).into(),
        quantity: Some(wire_quantity(&line.quantity)),
        records: full(&line.records),
        records_without_number: full(&line.without_number),
    }
}

fn balance((account, headcount): &(Account, i64)) -> pb::AccountBalance {
    let account = pb::HeadcountAccount::from(*account).into();
    pb::AccountBalance { account, headcount: *headcount }
}

fn reconciliation(
    found: &Reconciliation,
    name: impl Fn(&Id) -> String,
) -> pb::StrengthReconciliation {
    use pb::ReconciliationVerdict::{Agrees, ClaimHigher, ClaimLower, NotComparable, NotRecorded};
    let verdict = match &found.recorded {
        None => NotRecorded,
        _ if found.claimed.at_least().or(found.claimed.at_most()).is_none() => NotComparable,
        Some(recorded) if recorded.is_below(&found.claimed) => ClaimHigher,
        Some(recorded) if found.claimed.is_below(recorded) => ClaimLower,
        Some(_) => Agrees,
    };
    pb::StrengthReconciliation {
        claim: name(&found.claim),
        claimed: Some(wire_quantity(&found.claimed)),
        recorded: found.recorded.as_ref().map(wire_quantity),
        verdict: verdict.into(),
        conflicting_claims: found.conflicting.iter().map(name).collect(),
    }
}
