use muster_proto::reporting::v1::{self as pb, statement_service_server::StatementService};
use muster_service::{Answer, Call, standard};
use tonic::{Request, Response, Status};

use super::Handler;
use crate::{convert::statements, domain::statement::Statement};

#[tonic::async_trait]
impl StatementService for Handler {
    async fn create_statement(
        &self,
        request: Request<pb::CreateStatementRequest>,
    ) -> Answer<pb::Statement> {
        standard::create::<Statement, _, _>(&self.app, Call::admit(request)?).await
    }

    async fn update_statement(
        &self,
        request: Request<pb::UpdateStatementRequest>,
    ) -> Answer<pb::Statement> {
        standard::update::<Statement, _, _>(&self.app, Call::admit(request)?).await
    }

    async fn delete_statement(&self, request: Request<pb::DeleteStatementRequest>) -> Answer<()> {
        standard::delete::<Statement, _, _>(&self.app, Call::admit(request)?).await
    }

    async fn get_statement(
        &self,
        request: Request<pb::GetStatementRequest>,
    ) -> Answer<pb::Statement> {
        let mut found: Response<pb::Statement> =
            standard::get(&self.app, Call::admit(request)?).await?;
        self.flag(std::slice::from_mut(found.get_mut())).await?;
        Ok(found)
    }

    async fn batch_get_statements(
        &self,
        request: Request<pb::BatchGetStatementsRequest>,
    ) -> Answer<pb::BatchGetStatementsResponse> {
        let mut found: Response<pb::BatchGetStatementsResponse> =
            standard::batch_get(&self.app, Call::admit(request)?).await?;
        self.flag(&mut found.get_mut().statements).await?;
        Ok(found)
    }

    async fn list_statements(
        &self,
        request: Request<pb::ListStatementsRequest>,
    ) -> Answer<pb::ListStatementsResponse> {
        let mut found: Response<pb::ListStatementsResponse> =
            standard::list(&self.app, Call::admit(request)?, "").await?;
        self.flag(&mut found.get_mut().statements).await?;
        Ok(found)
    }
}

impl Handler {
    /// Flags each number whose figure was revised or retracted since it was quoted.
    async fn flag(&self, statements: &mut [pb::Statement]) -> Result<(), Status> {
        Ok(self.app.flag_changed(statements::quotes(statements)).await?)
    }
}
