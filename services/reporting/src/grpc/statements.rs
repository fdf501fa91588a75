use muster_proto::reporting::v1::{self as pb, statement_service_server::StatementService};
use muster_service::{Answer, Call, Resource, answer};
use tonic::{Request, Response};

use super::Handler;
use crate::convert::{self, statements};

#[tonic::async_trait]
impl StatementService for Handler {
    async fn create_statement(
        &self,
        request: Request<pb::CreateStatementRequest>,
    ) -> Answer<pb::Statement> {
        let call = Call::admit(request)?;
        let new = statements::create(call.message)?;
        answer(self.app.create_statement(&call.context, new).await)
    }

    async fn get_statement(
        &self,
        request: Request<pb::GetStatementRequest>,
    ) -> Answer<pb::Statement> {
        let call = Call::admit(request)?;
        let name = convert::child(&call.message.name, "statements")?;
        Ok(Response::new(self.app.get_statement(&call.context, name).await?.pack()))
    }

    async fn list_statements(
        &self,
        request: Request<pb::ListStatementsRequest>,
    ) -> Answer<pb::ListStatementsResponse> {
        let Call { message, context } = Call::admit(request)?;
        let mission = convert::mission(&message.parent, "parent")?;
        let page = context.page(message.page_size, &message.page_token, &message.parent)?;
        let paged = self.app.list_statements(&context, &mission, &page).await?;
        Ok(Response::new(pb::ListStatementsResponse {
            statements: paged.items.iter().map(Resource::pack).collect(),
            next_page_token: paged.next_page_token,
        }))
    }
}
