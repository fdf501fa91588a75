//! What a call passes before it is handled, and its answer afterwards.
//!
//! All of it is one layer: the router copies and boxes each layer for each call, which costs more
//! than what these do.

use std::sync::Arc;

use axum::{
    extract::{Request, State},
    middleware::Next,
    response::Response,
};
use tokio_util::sync::CancellationToken;

use super::{Caller, Deadline, Gate, drain, gate, metadata, outcome};
use crate::{feed, status::Refusal};

/// What decides about a call.
pub struct Way {
    pub gate: Gate,
    /// Cancelled once the server leaves.
    pub leaving: CancellationToken,
}

pub async fn pass(State(way): State<Arc<Way>>, request: Request, next: Next) -> Response {
    let uri = request.uri().clone();
    // Outermost: it also sees what the others refuse.
    outcome::settle(uri.path(), way.answer(request, next)).await
}

impl Way {
    async fn answer(&self, mut request: Request, next: Next) -> Result<Response, Refusal> {
        // Before anything is done for it.
        metadata::limit(request.headers())?;
        let deadline = Deadline::of(request.headers(), self.gate.call_limit);
        request.extensions_mut().insert(deadline);
        let is_health_watch = drain::is_health_watch(&request);
        // Within the deadline, so that checking a token counts as well.
        let response = deadline.limit(self.admit(request, next)).await?;
        Ok(if is_health_watch { drain::end(response, &self.leaving) } else { response })
    }

    async fn admit(&self, mut request: Request, next: Next) -> Result<Response, Refusal> {
        gate::admit(&self.gate, &mut request)?;
        // Only those whom the gate knows compete for a place, which a watch gives back once it is
        // open; health needs none.
        let extensions = request.extensions();
        let _place = match (extensions.get::<Caller>(), extensions.get::<Deadline>()) {
            (Some(caller), Some(deadline)) => {
                let subject = Arc::clone(&caller.principal.subject);
                Some(self.gate.load.enter(subject, deadline.at).await?)
            }
            _ => None,
        };
        Ok(feed::carry(next.run(request).await))
    }
}
