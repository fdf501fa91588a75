//! The words of strength on the wire, which both services read and write.

use muster_proto::deployment::v1 as pb;
use muster_strength::{Account, Measure, Verdict};

use crate::wire_enum;

wire_enum!(
    shared Account,
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
wire_enum!(
    shared Measure,
    pb::StrengthMeasure {
        Authorised,
        Planned,
        Pledged,
        Confirmed,
        Ready,
        InTransit,
        Arrived,
        Present,
        Effective,
        Listed,
        Operational,
        Available,
    }
);
wire_enum!(
    shared Verdict,
    pb::ReconciliationVerdict { Agrees, ClaimHigher, ClaimLower, NotRecorded, NotComparable }
);
