use muster_proto::reporting::v1::{self as pb, incident_service_server::IncidentService};
use muster_service::{Answer, Call, answer, resource::place, standard};
use tonic::Request;

use super::Handler;
use crate::{convert::incidents, domain::incident::Incident};

#[tonic::async_trait]
impl IncidentService for Handler {
    async fn create_incident(
        &self,
        request: Request<pb::CreateIncidentRequest>,
    ) -> Answer<pb::Incident> {
        standard::create::<Incident, _, _>(&self.app, Call::admit(request)?).await
    }

    async fn update_incident(
        &self,
        request: Request<pb::UpdateIncidentRequest>,
    ) -> Answer<pb::Incident> {
        standard::update::<Incident, _, _>(&self.app, Call::admit(request)?).await
    }

    async fn get_incident(&self, request: Request<pb::GetIncidentRequest>) -> Answer<pb::Incident> {
        standard::get(&self.app, Call::admit(request)?).await
    }

    async fn batch_get_incidents(
        &self,
        request: Request<pb::BatchGetIncidentsRequest>,
    ) -> Answer<pb::BatchGetIncidentsResponse> {
        standard::batch_get(&self.app, Call::admit(request)?).await
    }

    async fn list_incidents(
        &self,
        request: Request<pb::ListIncidentsRequest>,
    ) -> Answer<pb::ListIncidentsResponse> {
        standard::list(&self.app, Call::admit(request)?, "").await
    }

    async fn verify_incident(
        &self,
        request: Request<pb::VerifyIncidentRequest>,
    ) -> Answer<pb::Incident> {
        let Call { message, context } = Call::admit(request)?;
        let place = place::<Incident>(&message.name)?;
        let outcome = incidents::outcome(message.verification_state)?;
        let done = self.app.verify_incident(&context, place, &message.etag, outcome, message.note);
        answer(done.await)
    }
}
