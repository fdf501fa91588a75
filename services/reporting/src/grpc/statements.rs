use muster_proto::reporting::v1::{self as pb, statement_service_server::StatementService};
use muster_service::{Answer, Call, standard, standard_service};
use tonic::{Request, Response, Status};

use super::Handler;
use crate::{convert::statements, domain::statement::Statement};

standard_service! {
    StatementService for Handler {
        create_statement: create of Statement (pb::CreateStatementRequest) -> pb::Statement;
        update_statement: update of Statement (pb::UpdateStatementRequest) -> pb::Statement;
        delete_statement: delete of Statement (pb::DeleteStatementRequest) -> ();
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
