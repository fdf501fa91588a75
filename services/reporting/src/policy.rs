//! Who may call what, by role in the mission.

use muster_service::{
    identity::Role::{self, Analyst, Auditor, Editor, Monitor, Service, Staff},
    policy::Rows,
};

/// Those who may see the records; who sends people or hosts them has no need to.
const READERS: &[Role] = &[Staff, Monitor, Analyst, Editor, Auditor, Service];
/// Those who report what happened.
const REPORTERS: &[Role] = &[Staff, Monitor, Analyst, Editor];
/// Those who put records together.
const DRAFTERS: &[Role] = &[Staff, Analyst, Editor];
/// Those who judge what others reported.
const ANALYSTS: &[Role] = &[Analyst, Editor];
/// Those who answer for what is published.
const EDITORS: &[Role] = &[Editor];
/// Those who follow the whole mission.
const FOLLOWERS: &[Role] = &[Staff, Analyst, Editor, Auditor, Service];

pub const ROWS: Rows = &[
    ("IncidentService/CreateIncident", REPORTERS),
    ("IncidentService/UpdateIncident", REPORTERS),
    ("IncidentService/GetIncident", READERS),
    ("IncidentService/ListIncidents", READERS),
    ("IncidentService/BatchGetIncidents", READERS),
    ("IncidentService/VerifyIncident", ANALYSTS),
    ("FigureService/CreateFigure", REPORTERS),
    ("FigureService/GetFigure", READERS),
    ("FigureService/ListFigures", READERS),
    ("FigureService/BatchGetFigures", READERS),
    ("FigureService/UpdateFigure", ANALYSTS),
    ("FigureService/RetractFigure", ANALYSTS),
    ("AreaControlService/CreateAreaControlAssessment", REPORTERS),
    ("AreaControlService/UpdateAreaControlAssessment", REPORTERS),
    ("AreaControlService/DeleteAreaControlAssessment", REPORTERS),
    ("AreaControlService/GetAreaControlAssessment", READERS),
    ("AreaControlService/ListAreaControlAssessments", READERS),
    ("AreaControlService/BatchGetAreaControlAssessments", READERS),
    ("StatementService/CreateStatement", DRAFTERS),
    ("StatementService/UpdateStatement", DRAFTERS),
    ("StatementService/DeleteStatement", DRAFTERS),
    ("StatementService/GetStatement", READERS),
    ("StatementService/ListStatements", READERS),
    ("StatementService/BatchGetStatements", READERS),
    ("TimelineService/CreateTimelineEvent", DRAFTERS),
    ("TimelineService/UpdateTimelineEvent", DRAFTERS),
    ("TimelineService/DeleteTimelineEvent", DRAFTERS),
    ("TimelineService/GetTimelineEvent", READERS),
    ("TimelineService/ListTimelineEvents", READERS),
    ("TimelineService/BatchGetTimelineEvents", READERS),
    ("SituationService/GetSituation", READERS),
    ("SituationService/ListSituationRecords", READERS),
    ("SituationReportService/CreateSituationReport", DRAFTERS),
    ("SituationReportService/UpdateSituationReport", DRAFTERS),
    ("SituationReportService/GetSituationReport", READERS),
    ("SituationReportService/ListSituationReports", READERS),
    ("SituationReportService/BatchGetSituationReports", READERS),
    ("SituationReportService/ApproveSituationReport", EDITORS),
    ("SituationReportService/PublishSituationReport", EDITORS),
    ("SituationReportService/RenderSituationReport", READERS),
    ("LinkService/GetLinkStatus", READERS),
    ("LinkService/ListParkedChanges", READERS),
    ("HistoryService/ListRevisions", READERS),
    ("ChangeFeedService/ListChanges", FOLLOWERS),
    ("ChangeFeedService/WatchChanges", FOLLOWERS),
    ("ChangeFeedService/ReadSnapshot", FOLLOWERS),
];

#[cfg(test)]
mod tests {
    use muster_service::policy::Policy;

    #[test]
    fn every_method_has_a_row() {
        Policy::of(crate::PACKAGE, super::ROWS).unwrap();
    }
}
