//! What the standard methods that write ask of a service and of its records.

use muster_values::{Id, MissionId, Stored};

use crate::{
    context::Context,
    resource::Content,
    status::Refusal,
    table::Table,
    work::{Failure, Work, WorkError},
};

/// A service whose records change.
pub trait Writes: Sync {
    type Error: From<WorkError> + From<Refusal> + Into<Failure>;

    /// Authorises a change in a mission, and begins it. A mission that is yet to be created need
    /// not exist.
    fn begin_write(
        &self,
        context: &Context,
        mission: &MissionId,
        exists: bool,
    ) -> impl Future<Output = Result<Work, Self::Error>> + Send;
}

/// Who may change a record, of those whose role allows the method.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Owner {
    /// Those who speak for the whole mission.
    Mission,
    /// They, and those who speak for this partner.
    Partner(Id),
}

/// A content whose records are created, changed and deleted by the standard methods, which ask the
/// hooks in this order:
///
/// ```text
/// Create                         owner, prepare, insert, follow
/// Update                         owner, prepare, update, follow
/// Update of an earlier revision  owner, prepare, Content::settle_corrected
/// Delete                         owner, delete, follow
/// methods of their own           owner, where they begin with `lock`
/// ```
pub trait Record: Content + Table + Clone + Send + Sync + 'static {
    type Error: From<WorkError> + From<Refusal> + Into<Failure> + Send;

    /// Whose it is: who else may not change it is refused.
    fn owner(
        _work: &mut Work,
        _stored: &Stored<Self>,
    ) -> impl Future<Output = Result<Owner, Self::Error>> + Send {
        async { Ok(Owner::Mission) }
    }

    /// Completes a record with what callers do not give, and refuses what it must not become;
    /// nothing else changes by it. `before` is the content that it replaces. Of an earlier revision
    /// that is corrected, it is the content of that one, in which fields that only the service sets
    /// are as in a new record.
    fn prepare(
        _work: &mut Work,
        _stored: &mut Stored<Self>,
        _before: Option<&Self>,
    ) -> impl Future<Output = Result<(), Self::Error>> + Send {
        async { Ok(()) }
    }

    /// Changes other records because this one began, where there is no `before`, or changed, or
    /// was deleted; of a deletion, `before` is the last content.
    fn follow(
        _work: &mut Work,
        _stored: &Stored<Self>,
        _before: Option<&Self>,
    ) -> impl Future<Output = Result<(), Self::Error>> + Send {
        async { Ok(()) }
    }
}
