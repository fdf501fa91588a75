use muster_proto::deployment::v1::{self as pb, strength_service_server::StrengthService};
use muster_service::AtField;
use muster_service::{Answer, Call, wire};
use tonic::{Request, Response};

use super::Handler;
use crate::convert::{self, strength};

#[tonic::async_trait]
impl StrengthService for Handler {
    async fn get_strength(&self, request: Request<pb::GetStrengthRequest>) -> Answer<pb::Strength> {
        let Call { message, context } = Call::admit(request)?;
        let mission = convert::mission(&message.name, "name")?;
        let valid_at = wire::optional_time(message.valid_time).at("valid_time")?;
        let as_of = wire::optional_time(message.as_of_time).at("as_of_time")?;
        let found = self.app.strength(&context, mission, valid_at, as_of).await?;
        Ok(Response::new(strength::pack(&found)))
    }
}
