use muster_proto::reporting::v1 as pb;
use muster_service::{
    AtField, Context, FieldViolation, Required, context::AsOf, page::Page, page::Paged,
    status::Refusal,
};
use muster_service::{
    Resource, wire, wire::timestamp, wire::wire_date, wire::wire_period, wire::wire_quantity,
    wire_enum, words::ToWire, words::required,
};
use muster_strength::Line;
use muster_values::MissionId;

use crate::domain::{
    incident::{Harm, IncidentType},
    situation::{
        Behind, Conflict, Count, Counted, Doubt, Excluded, Exclusion, Metric, Number, Part,
        Possible, Presence, RecordPart, RecordUse, RecordsRequest, Rule, SHOWN, Situation,
        SituationRequest,
    },
};

wire_enum!(
    Rule,
    pb::NumberRule { OneFigure, SumOfParts, LatestStock, KilledPlusInjured, None, Disputed }
);
wire_enum!(
    Exclusion,
    pb::ExclusionReason {
        OtherSource,
        OverlappingPeriod,
        OverlappingArea,
        Retracted,
        PartOfCombined,
        Superseded,
        Rejected,
    }
);
wire_enum!(Doubt, pb::Doubt { Period, Area });

pub fn ask(
    request: pb::GetSituationRequest,
    as_of: AsOf,
) -> Result<SituationRequest, FieldViolation> {
    Ok(SituationRequest {
        mission: MissionId::parse(&request.name).at("name")?,
        area: request.area_code,
        period: wire::period(request.period).at("period")?,
        valid_at: wire::optional_time(request.valid_time).at("valid_time")?,
        as_of,
    })
}

pub fn pack(situation: &Situation) -> pb::Situation {
    let question = &situation.question;
    pb::Situation {
        name: question.mission.name(),
        area_code: question.area.clone(),
        period: Some(wire_period(question.period)),
        valid_time: Some(timestamp(question.valid_at)),
        as_of_time: Some(timestamp(question.as_of)),
        numbers: situation.numbers.iter().map(|one| number(one, &question.area)).collect(),
        incident_counts: situation.incident_counts.iter().map(incident_count).collect(),
        casualties: situation.casualties.iter().map(casualty_tally).collect(),
        control: situation.control.iter().map(Resource::pack).collect(),
        presence: Some(presence(&situation.presence)),
        conflicts: situation.conflicts.iter().take(SHOWN).map(conflict).collect(),
        conflict_count: count(situation.conflicts.len()),
        digest: situation.digest.clone(),
        area_display_name: situation.area_name.clone(),
        time_zone: question.zone.to_string(),
    }
}

fn number(number: &Number, asked: &str) -> pb::SituationNumber {
    use pb::situation_number::Metric as Wire;
    let metric = match number.metric {
        Metric::Flow(metric) => Wire::Flow(pb::FlowMetric::from(metric).into()),
        Metric::Stock(metric) => Wire::Stock(pb::StockMetric::from(metric).into()),
    };
    pb::SituationNumber {
        metric: Some(metric),
        quantity: Some(wire_quantity(&number.quantity)),
        rule: pb::NumberRule::from(number.rule).into(),
        included: number.included.iter().take(SHOWN).map(record_use).collect(),
        excluded: number.excluded.iter().take(SHOWN).map(excluded).collect(),
        digest: number.digest.clone(),
        included_count: count(number.included.len()),
        excluded_count: count(number.excluded.len()),
        caveats: number.caveats.clone(),
        area_code: if number.area == *asked { String::new() } else { number.area.clone() },
        as_of_date: number.as_of.map(wire_date),
    }
}

fn count(records: usize) -> i64 {
    i64::try_from(records).unwrap_or(i64::MAX)
}

fn record_use(used: &RecordUse) -> pb::RecordUse {
    pb::RecordUse {
        record: used.record.clone(),
        revision: used.revision,
        quantity: Some(wire_quantity(&used.quantity)),
        publisher: used.publisher.clone(),
        doubts: Vec::new(),
    }
}

fn possible(possible: &Possible) -> pb::RecordUse {
    let doubts = possible.doubts.iter().map(|doubt| pb::Doubt::from(*doubt).into()).collect();
    pb::RecordUse { doubts, ..record_use(&possible.record) }
}

fn excluded(excluded: &Excluded) -> pb::ExcludedRecord {
    pb::ExcludedRecord {
        record: Some(record_use(&excluded.record)),
        reason: pb::ExclusionReason::from(excluded.reason).into(),
        in_favour_of: excluded.in_favour_of.clone().unwrap_or_default(),
        note: excluded.note.clone(),
    }
}

fn incident_count(count: &Count<IncidentType>) -> pb::IncidentCount {
    pb::IncidentCount {
        r#type: pb::IncidentType::from(count.of).into(),
        incidents: count.included.count,
        verified: count.verified,
        records: count.included.first.iter().map(|used| used.record.clone()).collect(),
        possible_incidents: count.possible.count,
        possible: count.possible.first.iter().map(possible).collect(),
        rejected_incidents: count.excluded.count,
        excluded: count.excluded.first.iter().map(excluded).collect(),
        digest: count.digest.clone(),
    }
}

fn casualty_tally(count: &Count<Harm>) -> pb::CasualtyTally {
    pb::CasualtyTally {
        harm: pb::Harm::from(count.of).into(),
        quantity: Some(wire_quantity(&count.quantity)),
        verified_quantity: Some(wire_quantity(&count.verified_quantity)),
        incidents: count.included.count,
        verified_incidents: count.verified,
        possible_incidents: count.possible.count,
        rejected_incidents: count.excluded.count,
        included: count.included.first.iter().map(record_use).collect(),
        possible: count.possible.first.iter().map(possible).collect(),
        excluded: count.excluded.first.iter().map(excluded).collect(),
        digest: count.digest.clone(),
    }
}

/// Which records of which number are asked for.
pub fn records(
    request: &pb::ListSituationRecordsRequest,
    as_of: AsOf,
) -> Result<(SituationRequest, RecordsRequest), FieldViolation> {
    use pb::list_situation_records_request::Number as Wire;
    let behind = match request.number.required().at("number")? {
        Wire::Flow(flow) => Behind::Figures(Metric::Flow(required(flow).at("flow")?)),
        Wire::Stock(stock) => Behind::Figures(Metric::Stock(required(stock).at("stock")?)),
        Wire::Harm(harm) => Behind::Incidents(Counted::People(required(harm).at("harm")?)),
        Wire::IncidentType(kind) => {
            Behind::Incidents(Counted::Incidents(required(kind).at("incident_type")?))
        }
    };
    let part = match request.part() {
        pb::SituationRecordPart::Unspecified | pb::SituationRecordPart::Included => {
            RecordPart::Included
        }
        pb::SituationRecordPart::Possible => RecordPart::Possible,
        pb::SituationRecordPart::Excluded => RecordPart::Excluded,
    };
    let asked = SituationRequest {
        mission: MissionId::parse(&request.name).at("name")?,
        area: request.area_code.clone(),
        period: wire::period(request.period).at("period")?,
        valid_at: wire::optional_time(request.valid_time).at("valid_time")?,
        as_of,
    };
    Ok((asked, RecordsRequest { behind, part }))
}

/// The page that is asked for; its token is good for the same question only.
pub fn page(context: &Context, message: &pb::ListSituationRecordsRequest) -> Result<Page, Refusal> {
    let (size, token) = (message.page_size, &message.page_token);
    let question = pb::ListSituationRecordsRequest {
        page_size: 0,
        page_token: String::new(),
        ..message.clone()
    };
    context.page(size, token, &format!("{question:?}"))
}

pub fn page_of(paged: &Paged<Part>) -> pb::ListSituationRecordsResponse {
    pb::ListSituationRecordsResponse {
        records: paged.items.iter().map(record).collect(),
        next_page_token: paged.next_page_token.clone(),
    }
}

/// A record behind a number.
fn record(part: &Part) -> pb::SituationRecord {
    match part {
        Part::Included(used) => {
            pb::SituationRecord { record: Some(record_use(used)), ..Default::default() }
        }
        Part::Possible(found) => {
            pb::SituationRecord { record: Some(possible(found)), ..Default::default() }
        }
        Part::Excluded(found) => {
            let pb::ExcludedRecord { record, reason, in_favour_of, note } = excluded(found);
            pb::SituationRecord { record, reason, in_favour_of, note }
        }
    }
}

fn presence(presence: &Presence) -> pb::MissionPresence {
    pb::MissionPresence {
        mandate: presence.mandate.clone(),
        authority: presence.authority.clone(),
        instrument: presence.instrument.clone(),
        lead_partners: presence.lead_partners.clone(),
        lines: presence.lines.iter().map(presence_line).collect(),
        feed_position: presence.feed_position,
        stale: presence.stale,
        nothing_known: presence.nothing_known,
    }
}

fn presence_line(line: &Line) -> pb::PresenceLine {
    pb::PresenceLine {
        measure: line.measure.to_wire().into(),
        quantity: Some(wire_quantity(&line.quantity)),
        records: line.records.clone(),
        records_without_number: line.without_number.clone(),
    }
}

fn conflict(conflict: &Conflict) -> pb::Conflict {
    pb::Conflict {
        summary: conflict.summary.clone(),
        records: conflict.records.iter().take(SHOWN).map(record_use).collect(),
    }
}
