//! The history to what strength is made from, and strength to the wire.

use muster_proto::deployment::v1 as pb;
use muster_service::{AtField, FieldViolation};
use muster_service::{
    history::Revision, wire, wire::timestamp, wire::wire_quantity, words::ToWire, words::required,
};
use muster_strength::{
    Account, Claim, Contingent, ContingentStrength, Entry, Line, Mandate, Movement, Partner,
    Pledge, Reconciliation, Records, Strength, Subject,
};
use muster_values::{MissionId, Quantity, Zone};
use prost::{Message, Name};
use time::OffsetDateTime;

/// Reads what strength is made from.
pub fn records(zone: Zone, revisions: &[Revision]) -> Result<Records, FieldViolation> {
    let mut records = Records { zone, ..Records::default() };
    for revision in revisions {
        let change = revision.change().map_err(|_| unreadable())?;
        let Some(content) = change.resource else { continue };
        let (kind, bytes) = (content.type_url.as_str(), content.value.as_slice());
        if is::<pb::Partner>(kind) {
            records.partners.push(partner(read(bytes)?));
        } else if is::<pb::Mandate>(kind) {
            records.mandates.push(mandate(read(bytes)?)?);
        } else if is::<pb::Pledge>(kind) {
            records.pledges.push(pledge(read(bytes)?)?);
        } else if is::<pb::Contingent>(kind) {
            let contingent: pb::Contingent = read(bytes)?;
            let pb::Contingent { name, partner, .. } = contingent;
            records.contingents.push(Contingent { name, partner });
        } else if is::<pb::Movement>(kind) {
            records.movements.push(movement(read(bytes)?));
        } else if is::<pb::HeadcountEntry>(kind) {
            records.entries.push(entry(read(bytes)?)?);
        } else if is::<pb::StrengthClaim>(kind) {
            records.claims.push(claim(read(bytes)?)?);
        }
    }
    Ok(records.in_order())
}

fn is<M: Name>(type_url: &str) -> bool {
    type_url.rsplit('/').next() == Some(&M::full_name())
}

fn read<M: Message + Default>(bytes: &[u8]) -> Result<M, FieldViolation> {
    M::decode(bytes).map_err(|_| unreadable())
}

fn unreadable() -> FieldViolation {
    FieldViolation::new("cannot be decoded").under("resource")
}

fn partner(wire: pb::Partner) -> Partner {
    let is_host_force = wire.roles().any(|role| role == pb::PartnerRole::HostForce);
    Partner { name: wire.name, is_host_force }
}

fn mandate(wire: pb::Mandate) -> Result<Mandate, FieldViolation> {
    let (starts_at, ends_at) = wire::interval(wire.validity).at("validity")?;
    let planned = wire.planned_strength.map(|size| wire::quantity(Some(size)));
    Ok(Mandate {
        name: wire.name,
        adopted_on: wire::required_date(wire.adoption_date).at("adoption_date")?,
        starts_at,
        ends_at,
        personnel_ceiling: wire.personnel_ceiling,
        planned_strength: planned.transpose().at("planned_strength")?,
    })
}

fn pledge(wire: pb::Pledge) -> Result<Pledge, FieldViolation> {
    let size = wire.size.map(|size| wire::quantity(Some(size)));
    Ok(Pledge {
        name: wire.name,
        partner: wire.partner,
        size: size.transpose().at("size")?,
        offered_on: wire::required_partial_date(wire.offer_date).at("offer_date")?,
        confirmed_on: wire::optional_date(wire.confirm_date).at("confirm_date")?,
        withdrawn_on: wire::optional_date(wire.withdraw_date).at("withdraw_date")?,
    })
}

fn movement(wire: pb::Movement) -> Movement {
    let is_homeward = wire.direction() == pb::MovementDirection::Repatriation;
    Movement { name: wire.name, contingent: wire.contingent, is_homeward }
}

fn entry(wire: pb::HeadcountEntry) -> Result<Entry, FieldViolation> {
    let contingent = wire.name.split_once("/headcountEntries/").map(|(parent, _)| parent);
    Ok(Entry {
        contingent: contingent.unwrap_or_default().to_owned(),
        cause: wire.cause,
        from: required(wire.from_account).at("from_account")?,
        to: required(wire.to_account).at("to_account")?,
        headcount: wire.headcount,
        effective_at: wire::required_time(wire.effective_time).at("effective_time")?,
        name: wire.name,
    })
}

fn claim(wire: pb::StrengthClaim) -> Result<Claim, FieldViolation> {
    let subject = Subject::named(&wire.subject);
    Ok(Claim {
        name: wire.name,
        measure: required(wire.measure).at("measure")?,
        quantity: wire::quantity(wire.quantity).at("quantity")?,
        as_of: wire::required_date(wire.as_of_date).at("as_of_date")?,
        subject: subject.ok_or_else(|| FieldViolation::new("is no subject").under("subject"))?,
    })
}

pub fn pack(
    mission: &MissionId,
    (valid_at, as_of): (OffsetDateTime, OffsetDateTime),
    strength: Strength,
) -> pb::Strength {
    pb::Strength {
        name: mission.name(),
        valid_time: Some(timestamp(valid_at)),
        as_of_time: Some(timestamp(as_of)),
        lines: strength.lines.into_iter().map(line).collect(),
        contingents: strength.contingents.into_iter().map(contingent).collect(),
        reconciliations: strength.reconciliations.into_iter().map(reconciliation).collect(),
        mandate: strength.mandate.unwrap_or_default(),
        ceiling_breached: strength.ceiling_breached,
        nothing_known: strength.nothing_known,
    }
}

fn line(line: Line) -> pb::StrengthLine {
    pb::StrengthLine {
        measure: line.measure.to_wire().into(),
        quantity: Some(wire_quantity(&line.quantity)),
        records: line.records,
        records_without_number: line.without_number,
    }
}

fn contingent(found: ContingentStrength) -> pb::ContingentStrength {
    let balance = |(account, headcount): (Account, i64)| pb::AccountBalance {
        account: account.to_wire().into(),
        headcount,
    };
    pb::ContingentStrength {
        contingent: found.contingent,
        partner: found.partner,
        balances: found.balances.into_iter().map(balance).collect(),
    }
}

fn reconciliation(found: Reconciliation) -> pb::StrengthReconciliation {
    let reading = |quantity: &Quantity| quantity.read_as().as_ref().map(wire_quantity);
    pb::StrengthReconciliation {
        claimed_reading: reading(&found.claimed),
        recorded_reading: found.recorded.as_ref().and_then(reading),
        claim: found.claim,
        claimed: Some(wire_quantity(&found.claimed)),
        recorded: found.recorded.as_ref().map(wire_quantity),
        verdict: found.verdict.to_wire().into(),
        conflicting_claims: found.conflicting,
    }
}
