use muster_proto::reporting::v1::{self as pb, statement_service_server::StatementService};
use muster_service::{Answer, Context, standard_service};
use tonic::Response;

use super::Handler;
use crate::{
    convert::statements::{Statements, quotes},
    domain::statement::Statement,
};

standard_service! {
    StatementService for Handler {
        create_statement: create of Statement (pb::CreateStatementRequest)
            -> pb::Statement, then flag;
        update_statement: update of Statement (pb::UpdateStatementRequest)
            -> pb::Statement, then flag;
        delete_statement: delete of Statement (pb::DeleteStatementRequest) -> ();
        get_statement: get(pb::GetStatementRequest) -> pb::Statement, then flag;
        batch_get_statements: batch_get(pb::BatchGetStatementsRequest)
            -> pb::BatchGetStatementsResponse, then flag;
        list_statements: list(pb::ListStatementsRequest, "")
            -> pb::ListStatementsResponse, then flag;
    }
}

impl Handler {
    /// Flags each number whose figure was revised or retracted since it was quoted.
    async fn flag<A: Statements>(&self, context: &Context, mut answer: Response<A>) -> Answer<A> {
        self.app.flag_changed(context, quotes(answer.get_mut())).await?;
        Ok(answer)
    }
}
