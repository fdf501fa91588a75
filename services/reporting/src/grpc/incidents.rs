use muster_proto::reporting::v1::{self as pb, incident_service_server::IncidentService};
use muster_service::{Answer, Call, answer, resource::place, standard_service};
use tonic::Request;

use super::Handler;
use crate::{convert::incidents, domain::incident::Incident};

standard_service! {
    IncidentService for Handler {
        create_incident: create of Incident (pb::CreateIncidentRequest) -> pb::Incident;
        update_incident: update of Incident (pb::UpdateIncidentRequest) -> pb::Incident;
        get_incident: get(pb::GetIncidentRequest) -> pb::Incident;
        batch_get_incidents: batch_get(pb::BatchGetIncidentsRequest)
            -> pb::BatchGetIncidentsResponse;
        list_incidents: list(pb::ListIncidentsRequest, "") -> pb::ListIncidentsResponse;
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
