use muster_proto::deployment::v1::{self as pb, strength_service_server::StrengthService};
use muster_service::{Answer, AtField, Call, status, wire};
use tonic::{Request, Response};

use super::Handler;
use crate::{
    app::Error,
    convert::{self, strength},
};

#[tonic::async_trait]
impl StrengthService for Handler {
    async fn get_strength(&self, request: Request<pb::GetStrengthRequest>) -> Answer<pb::Strength> {
        let Call { message, context } = Call::admit(request)?;
        let mission = convert::mission(&message.name, "name")?;
        let valid_at = wire::optional_time(message.valid_time).at("valid_time")?;
        let recorded = self.app.recorded_strength(&context, &mission).await?;
        // What was packed once and cannot be read is no fault of the caller's.
        let records = strength::records(recorded.zone, &recorded.revisions)
            .map_err(|violation| status::internal(&violation))?;
        let valid_at = valid_at.unwrap_or(recorded.now);
        let as_of = context.as_of.known_by.unwrap_or(recorded.now);
        let found = records.strength(valid_at).map_err(Error::Overflow)?;
        Ok(Response::new(strength::pack(&mission, (valid_at, as_of), found)))
    }
}
