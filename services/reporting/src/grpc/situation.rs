use muster_proto::reporting::v1::{self as pb, situation_service_server::SituationService};
use muster_service::{Answer, Call};
use tonic::{Request, Response};

use super::Handler;
use crate::convert::situation;

#[tonic::async_trait]
impl SituationService for Handler {
    async fn get_situation(
        &self,
        request: Request<pb::GetSituationRequest>,
    ) -> Answer<pb::Situation> {
        let call = Call::admit(request)?;
        let asked = situation::ask(call.message)?;
        Ok(Response::new(situation::pack(&self.app.situation(&call.context, asked).await?)))
    }
}
