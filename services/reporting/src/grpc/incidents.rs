use muster_proto::reporting::v1::{self as pb, incident_service_server::IncidentService};
use muster_service::{Answer, Call, Resource, answer};
use tonic::{Request, Response};

use super::Handler;
use crate::convert::{self, incidents};

#[tonic::async_trait]
impl IncidentService for Handler {
    async fn create_incident(
        &self,
        request: Request<pb::CreateIncidentRequest>,
    ) -> Answer<pb::Incident> {
        let call = Call::admit(request)?;
        let new = incidents::create(call.message)?;
        answer(self.app.create_incident(&call.context, new).await)
    }

    async fn get_incident(&self, request: Request<pb::GetIncidentRequest>) -> Answer<pb::Incident> {
        let call = Call::admit(request)?;
        let name = convert::child(&call.message.name, "incidents")?;
        Ok(Response::new(self.app.get_incident(&call.context, name).await?.pack()))
    }

    async fn list_incidents(
        &self,
        request: Request<pb::ListIncidentsRequest>,
    ) -> Answer<pb::ListIncidentsResponse> {
        let Call { message, context } = Call::admit(request)?;
        let mission = convert::mission(&message.parent, "parent")?;
        let page = context.page(message.page_size, &message.page_token, &message.parent)?;
        let paged = self.app.list_incidents(&context, &mission, &page).await?;
        Ok(Response::new(pb::ListIncidentsResponse {
            incidents: paged.items.iter().map(Resource::pack).collect(),
            next_page_token: paged.next_page_token,
        }))
    }

    async fn verify_incident(
        &self,
        request: Request<pb::VerifyIncidentRequest>,
    ) -> Answer<pb::Incident> {
        let Call { message, context } = Call::admit(request)?;
        let name = convert::child(&message.name, "incidents")?;
        let found = incidents::found(message.verification_state)?;
        let done = self.app.verify_incident(&context, name, &message.etag, found, message.note);
        answer(done.await)
    }
}
