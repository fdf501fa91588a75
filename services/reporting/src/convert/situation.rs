use muster_proto::{deployment::v1 as deployment, reporting::v1 as pb};
use muster_service::{AtField, FieldViolation};
use muster_service::{
    Resource, wire, wire::timestamp, wire::wire_period, wire::wire_quantity, wire_enum,
};
use muster_values::MissionId;

use crate::{
    app::Asked,
    domain::situation::{
        Conflict, Excluded, Exclusion, IncidentCount, Metric, Number, Presence, PresenceLine,
        RecordUse, Rule, Situation,
    },
};

wire_enum!(Rule, pb::NumberRule { OneFigure, SumOfParts, LatestStock, KilledPlusInjured, None });
wire_enum!(
    Exclusion,
    pb::ExclusionReason {
        OtherSource,
        OverlappingPeriod,
        OverlappingArea,
        Retracted,
        PartOfCombined,
        Superseded,
    }
);

pub fn ask(request: pb::GetSituationRequest) -> Result<Asked, FieldViolation> {
    Ok(Asked {
        mission: MissionId::parse(&request.name).at("name")?,
        area: request.area_code,
        period: wire::period(request.period).at("period")?,
        valid_at: wire::optional_time(request.valid_time).at("valid_time")?,
        as_of: wire::optional_time(request.as_of_time).at("as_of_time")?,
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
        numbers: situation.numbers.iter().map(number).collect(),
        incident_counts: situation.incident_counts.iter().map(incident_count).collect(),
        control: situation.control.iter().map(Resource::pack).collect(),
        presence: Some(presence(&situation.presence)),
        conflicts: situation.conflicts.iter().map(conflict).collect(),
        digest: situation.digest.clone(),
        area_display_name: situation.area_name.clone(),
    }
}

fn number(number: &Number) -> pb::SituationNumber {
    use pb::situation_number::Metric as Wire;
    let metric = match number.metric {
        Metric::Flow(metric) => Wire::Flow(pb::FlowMetric::from(metric).into()),
        Metric::Stock(metric) => Wire::Stock(pb::StockMetric::from(metric).into()),
    };
    pb::SituationNumber {
        metric: Some(metric),
        quantity: Some(wire_quantity(&number.quantity)),
        rule: pb::NumberRule::from(number.rule).into(),
        included: number.included.iter().map(record_use).collect(),
        excluded: number.excluded.iter().map(excluded).collect(),
        digest: number.digest.clone(),
    }
}

fn record_use(used: &RecordUse) -> pb::RecordUse {
    pb::RecordUse {
        record: used.record.clone(),
        revision: used.revision,
        quantity: Some(wire_quantity(&used.quantity)),
        publisher: used.publisher.clone(),
    }
}

fn excluded(excluded: &Excluded) -> pb::ExcludedRecord {
    pb::ExcludedRecord {
        record: Some(record_use(&excluded.record)),
        reason: pb::ExclusionReason::from(excluded.reason).into(),
        in_favour_of: excluded.in_favour_of.clone().unwrap_or_default(),
    }
}

fn incident_count(count: &IncidentCount) -> pb::IncidentCount {
    pb::IncidentCount {
        r#type: pb::IncidentType::from(count.kind).into(),
        incidents: count.incidents,
        verified: count.verified,
        records: count.records.clone(),
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
    }
}

fn presence_line(line: &PresenceLine) -> pb::PresenceLine {
    pb::PresenceLine {
        measure: deployment::StrengthMeasure::from(line.measure).into(),
        quantity: Some(wire_quantity(&line.quantity)),
        records: line.records.clone(),
    }
}

fn conflict(conflict: &Conflict) -> pb::Conflict {
    pb::Conflict {
        summary: conflict.summary.clone(),
        records: conflict.records.iter().map(record_use).collect(),
    }
}
