//! Who may call what, by role in the mission.

use muster_service::{
    identity::Role::{
        self, Analyst, Auditor, Contributor, Editor, HostForce, Monitor, Service, Staff,
    },
    policy::Rows,
};

/// Everybody who has a role in the mission: they coordinate, so only writing is limited.
const READERS: &[Role] =
    &[Staff, Contributor, HostForce, Monitor, Analyst, Editor, Auditor, Service];
/// The commander's staff alone.
const STAFF: &[Role] = &[Staff];
/// The staff, and partners for what is their own.
const SENDERS: &[Role] = &[Staff, Contributor];
/// Those who hold sites.
const HOLDERS: &[Role] = &[Staff, HostForce];
/// Those who follow the whole mission as it changes.
const FOLLOWERS: &[Role] = &[Staff, Analyst, Editor, Auditor, Service];

pub const ROWS: Rows = &[
    ("MissionService/CreateMission", STAFF),
    ("MissionService/UpdateMission", STAFF),
    ("MissionService/GetMission", READERS),
    ("MissionService/ListMissions", READERS),
    ("MissionService/BatchGetMissions", READERS),
    ("AreaService/CreateArea", STAFF),
    ("AreaService/UpdateArea", STAFF),
    ("AreaService/DeleteArea", STAFF),
    ("AreaService/GetArea", READERS),
    ("AreaService/ListAreas", READERS),
    ("AreaService/BatchGetAreas", READERS),
    ("PartnerService/CreatePartner", STAFF),
    ("PartnerService/UpdatePartner", STAFF),
    ("PartnerService/DeletePartner", STAFF),
    ("PartnerService/GetPartner", READERS),
    ("PartnerService/ListPartners", READERS),
    ("PartnerService/BatchGetPartners", READERS),
    ("MandateService/CreateMandate", STAFF),
    ("MandateService/UpdateMandate", STAFF),
    ("MandateService/DeleteMandate", STAFF),
    ("MandateService/GetMandate", READERS),
    ("MandateService/ListMandates", READERS),
    ("MandateService/BatchGetMandates", READERS),
    ("PledgeService/CreatePledge", SENDERS),
    ("PledgeService/UpdatePledge", SENDERS),
    ("PledgeService/DeletePledge", SENDERS),
    ("PledgeService/GetPledge", READERS),
    ("PledgeService/ListPledges", READERS),
    ("PledgeService/BatchGetPledges", READERS),
    ("PledgeService/ConfirmPledge", SENDERS),
    ("PledgeService/WithdrawPledge", SENDERS),
    ("ContingentService/CreateContingent", SENDERS),
    ("ContingentService/UpdateContingent", SENDERS),
    ("ContingentService/GetContingent", READERS),
    ("ContingentService/ListContingents", READERS),
    ("ContingentService/BatchGetContingents", READERS),
    ("ContingentService/AdvanceContingent", SENDERS),
    ("ContingentService/HoldContingent", SENDERS),
    ("ContingentService/ResumeContingent", SENDERS),
    ("ContingentService/WithdrawContingent", SENDERS),
    ("ContingentService/CancelContingent", STAFF),
    ("ContingentService/CorrectHeadcount", STAFF),
    ("ContingentService/GetHeadcountEntry", READERS),
    ("ContingentService/ListHeadcountEntries", READERS),
    ("ContingentService/BatchGetHeadcountEntries", READERS),
    ("ReadinessCheckService/CreateReadinessCheck", SENDERS),
    ("ReadinessCheckService/UpdateReadinessCheck", SENDERS),
    ("ReadinessCheckService/DeleteReadinessCheck", SENDERS),
    ("ReadinessCheckService/GetReadinessCheck", READERS),
    ("ReadinessCheckService/ListReadinessChecks", READERS),
    ("ReadinessCheckService/BatchGetReadinessChecks", READERS),
    ("MovementService/CreateMovement", SENDERS),
    ("MovementService/UpdateMovement", SENDERS),
    ("MovementService/GetMovement", READERS),
    ("MovementService/ListMovements", READERS),
    ("MovementService/BatchGetMovements", READERS),
    ("MovementService/DepartMovement", SENDERS),
    ("MovementService/ArriveMovement", SENDERS),
    ("MovementService/DelayMovement", SENDERS),
    ("MovementService/CancelMovement", SENDERS),
    ("SiteService/CreateSite", STAFF),
    ("SiteService/UpdateSite", STAFF),
    ("SiteService/DeleteSite", STAFF),
    ("SiteService/GetSite", READERS),
    ("SiteService/ListSites", READERS),
    ("SiteService/BatchGetSites", READERS),
    ("SiteService/RecordSiteStatus", HOLDERS),
    ("StrengthClaimService/CreateStrengthClaim", STAFF),
    ("StrengthClaimService/UpdateStrengthClaim", STAFF),
    ("StrengthClaimService/DeleteStrengthClaim", STAFF),
    ("StrengthClaimService/GetStrengthClaim", READERS),
    ("StrengthClaimService/ListStrengthClaims", READERS),
    ("StrengthClaimService/BatchGetStrengthClaims", READERS),
    ("StrengthService/GetStrength", READERS),
    ("HistoryService/ListRevisions", READERS),
    ("ChangeFeedService/ListChanges", FOLLOWERS),
    ("ChangeFeedService/WatchChanges", FOLLOWERS),
    ("ChangeFeedService/ReadSnapshot", FOLLOWERS),
];
