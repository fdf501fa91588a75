//! The standard methods that read, written once for every resource: Get, BatchGet, List and
//! ListRevisions. They answer from the history, so that each takes `as_of_time` and
//! `recorded_by_time`. Create, Update and Delete are in `write`.

mod correct;
mod mask;
mod record;
mod rows;
mod service;
mod write;

use muster_proto::{
    BatchGetRequest, GetRequest, ListRequest, Resources,
    common::v1::{ListRevisionsRequest, ListRevisionsResponse},
};
use prost::{Message, Name};
use prost_reflect::{DynamicMessage, MessageDescriptor};
use tonic::Response;

use crate::AtField;
use crate::{
    Gather, Shutdown, call::Answer, call::Call, context::AsOf, context::Context,
    database::Database, database::refusal, history::OWN, history::Range, history::Revision,
    page::MOST_PAGE_BYTES, page::Page, query::Filter, query::Order, reader::Reader, resource::Key,
    resource::not_found, rules, status, status::Refusal,
};
use muster_values::name::MissionId;

pub use self::record::{Owner, Record, Writes};
pub use self::rows::{
    add, lock, lock_outer, revise, revise_as_answer, revise_in, revise_with_answer, write,
};
pub use self::write::{
    Update, change, change_in, create, create_in, delete, delete_in, update, update_in,
};

/// Gets that were asked for at the same time, answered together. Every caller of a service sees
/// the same of a resource, so a group needs no part in its key for who asks.
pub type Gets = Gather<(MissionId, Key, AsOf), Option<Revision>, sqlx::Error>;

/// How many revisions are read at once where some may not match.
const CHUNK: i64 = 500;
/// The most resources that are put in another order than that of their names.
const MOST_ORDERED: usize = 20_000;

/// A service whose resources are read.
pub trait Reads: Sync {
    fn gets(&self) -> &Gets;

    /// Authorises a read in a mission, and waits for what its caller has seen.
    fn admit(
        &self,
        context: &Context,
        mission: &MissionId,
    ) -> impl Future<Output = Result<(), Refusal>> + Send;

    /// Begins to read a mission that exists, for a caller who is admitted.
    fn reader(
        &self,
        context: &Context,
        mission: &MissionId,
    ) -> impl Future<Output = Result<Reader, Refusal>> + Send;
}

/// Begins to answer gets, until shutdown.
pub fn gets(database: &Database, shutdown: &Shutdown) -> Gets {
    let database = database.clone();
    Gather::start(shutdown, move |keys| {
        let database = database.clone();
        async move {
            let found = OWN.get_all(&mut *database.connection().await?, &keys).await?;
            Ok(found.into_iter().map(Ok).collect())
        }
    })
}

/// Answers with one resource.
pub async fn get<Q: GetRequest, M: Message + Default>(
    service: &impl Reads,
    call: Call<Q>,
) -> Answer<M> {
    let Call { message, context } = call;
    let name = message.name();
    let mission = mission_of(name)?;
    service.admit(&context, &mission).await?;
    let asked = (mission, Key::of(name), context.as_of);
    let found = service.gets().get(asked).await.map_err(|error| refusal(&error))?;
    let revision = found.ok_or_else(|| not_found(name))?;
    Ok(Response::new(decode(&value(&revision)?)?))
}

/// Answers with several resources.
pub async fn batch_get<Q: BatchGetRequest, L: Resources<Item = M>, M: Message + Default>(
    service: &impl Reads,
    call: Call<Q>,
) -> Answer<L> {
    let Call { message, context } = call;
    let mut keys: Vec<(MissionId, Key, AsOf)> = Vec::with_capacity(message.names().len());
    for name in message.names() {
        let mission = mission_of(name)?;
        if !keys.iter().any(|(known, ..)| *known == mission) {
            service.admit(&context, &mission).await?;
        }
        keys.push((mission, Key::of(name), context.as_of));
    }
    let Some((mission, ..)) = keys.first().cloned() else {
        return Ok(Response::new(L::of(Vec::new(), String::new())));
    };
    let mut reader = service.reader(&context, &mission).await?;
    let found = OWN.get_all(reader.db(), &keys).await.map_err(Refusal::from)?;
    let mut items = Vec::with_capacity(found.len());
    for (name, revision) in message.names().iter().zip(found) {
        let revision = revision.ok_or_else(|| not_found(name))?;
        items.push(decode(&value(&revision)?)?);
    }
    Ok(Response::new(L::of(items, String::new())))
}

/// Answers with a page of a collection; `usual` is the order where none is asked for.
pub async fn list<Q, L, M>(service: &impl Reads, call: Call<Q>, usual: &str) -> Answer<L>
where
    Q: ListRequest,
    L: Resources<Item = M>,
    M: Message + Name + Default,
{
    let Call { message, context } = call;
    let query = Query::read::<M>(&message, usual)?;
    let mission = mission_of(message.parent())?;
    service.admit(&context, &mission).await?;
    let page = page_of(&context, &message)?;
    let mut reader = service.reader(&context, &mission).await?;
    let parent = Key::of(message.parent());
    let source = if parent.collection == "missions" {
        Source::Collection { collection: L::COLLECTION.to_owned(), parent: String::new() }
    } else {
        exists(&mut reader, message.parent()).await?;
        let collection = format!("{}/{}", parent.collection, L::COLLECTION);
        Source::Collection { collection, parent: parent.key }
    };
    let found = query.page(&mut reader, &page, &source).await?;
    answer(&page, found)
}

/// Answers with a page of the missions that the caller has a role in.
pub async fn list_missions<Q, L, M>(database: &Database, call: Call<Q>) -> Answer<L>
where
    Q: ListRequest,
    L: Resources<Item = M>,
    M: Message + Name + Default,
{
    let Call { message, context } = call;
    let query = Query::read::<M>(&message, "")?;
    let page = page_of(&context, &message)?;
    let mut reader = database.read_all(&context).await?;
    let source = Source::Missions { among: context.missions() };
    let found = query.page(&mut reader, &page, &source).await?;
    answer(&page, found)
}

/// The page that is asked for; its token is good for the same question only.
fn page_of(context: &Context, message: &impl ListRequest) -> Result<Page, Refusal> {
    let AsOf { known_by, recorded_by } = context.as_of;
    let (parent, filter, order) = (message.parent(), message.filter(), message.order_by());
    let of = format!("{parent}\n{filter}\n{order}\n{known_by:?}\n{recorded_by:?}");
    context.page(message.page_size(), message.page_token(), &of)
}

fn answer<L: Resources<Item = M>, M: Message + Default>(
    page: &Page,
    found: Vec<Found>,
) -> Answer<L> {
    let paged = page.cut_by(found, |(key, _)| key.clone(), |(_, value)| value.len());
    let items = paged.items.iter().map(|(_, value)| decode(value)).collect::<Result<_, _>>()?;
    Ok(Response::new(L::of(items, paged.next_page_token)))
}

/// Answers with the revisions of one resource, oldest first.
pub async fn list_revisions(
    service: &impl Reads,
    call: Call<ListRevisionsRequest>,
) -> Answer<ListRevisionsResponse> {
    let Call { message, context } = call;
    let mission = mission_of(&message.name)?;
    service.admit(&context, &mission).await?;
    let recorded_by = context.as_of.recorded_by;
    let of = format!("{}\n{recorded_by:?}", message.name);
    let page = context.page(message.page_size, &message.page_token, &of)?;
    let after = page.number()?;
    let mut reader = service.reader(&context, &mission).await?;
    let (key, range) = (Key::of(&message.name), (after, page.limit()));
    let found = OWN.revisions(reader.db(), &mission, &key, range, recorded_by).await;
    let found = found.map_err(Refusal::from)?;
    // Every resource has a first revision, so an empty first page is no resource at all.
    if found.is_empty() && page.after.is_empty() {
        return Err(not_found(&message.name).into());
    }
    let paged = page.cut_by(found, |one| one.revision.to_string(), |one| one.message.len());
    let revisions = paged.items.iter().map(Revision::change).collect::<Result<_, _>>();
    let revisions = revisions.map_err(|error| status::internal(&error))?;
    Ok(Response::new(ListRevisionsResponse { revisions, next_page_token: paged.next_page_token }))
}

/// A filter and an order over the resources of a collection.
struct Query {
    resource: MessageDescriptor,
    filter: Filter,
    /// Empty for the order of the names.
    order: Order,
}

/// A resource's key and its message.
type Found = (String, Vec<u8>);

/// Where the resources of a list come from.
enum Source {
    /// A collection, of one parent or, where that is empty, of the mission.
    Collection { collection: String, parent: String },
    /// The missions themselves: those named, or all.
    Missions { among: Option<Vec<String>> },
}

impl Source {
    async fn read(
        &self,
        reader: &mut Reader,
        after: &str,
        limit: i64,
    ) -> Result<Vec<Revision>, sqlx::Error> {
        let (mission, as_of) = (reader.mission().clone(), reader.as_of());
        match self {
            Self::Collection { collection, parent } => {
                let range = Range { collection, parent, after, limit };
                OWN.list(reader.db(), &mission, &range, as_of).await
            }
            Self::Missions { among } => {
                OWN.missions(reader.db(), among.as_deref(), (after, limit), as_of).await
            }
        }
    }

    /// The last revision of one of them that says something.
    async fn last_said(
        &self,
        reader: &mut Reader,
        key: &str,
    ) -> Result<Option<Revision>, sqlx::Error> {
        let (mission, collection) = match self {
            Self::Collection { collection, .. } => (reader.mission().clone(), &**collection),
            Self::Missions { .. } => (MissionId::trusted(key), "missions"),
        };
        let key = Key { collection: collection.to_owned(), key: key.to_owned() };
        OWN.last_said(reader.db(), &mission, &key).await
    }
}

impl Query {
    fn read<M: Name>(message: &impl ListRequest, usual: &str) -> Result<Self, Refusal> {
        let unknown = || not_found(&M::full_name());
        let resource = rules::message(&M::full_name()).ok_or_else(unknown)?;
        let filter = Filter::parse(message.filter(), &resource).at("filter")?;
        let order_by = if message.order_by().is_empty() { usual } else { message.order_by() };
        let order = Order::parse(order_by, &resource).at("order_by")?;
        Ok(Self { resource, filter, order })
    }

    /// One more resource than fits on the page, or those that there are.
    async fn page(
        &self,
        reader: &mut Reader,
        page: &Page,
        source: &Source,
    ) -> Result<Vec<Found>, Refusal> {
        let limit = usize::try_from(page.limit()).unwrap_or(usize::MAX);
        if self.order.is_empty() {
            return self.matching(reader, source, &page.after, limit).await;
        }
        let found = self.matching(reader, source, "", MOST_ORDERED + 1).await?;
        if MOST_ORDERED < found.len() {
            return Err(too_many_to_order());
        }
        let mut read = Vec::with_capacity(found.len());
        for found in found {
            read.push((self.dynamic(&found.1)?, found));
        }
        // Sorting is stable, so that equals stay in the order of their keys.
        read.sort_by(|one, other| self.order.compare(&one.0, &other.0));
        let skip = match read.iter().position(|(_, (key, _))| *key == page.after) {
            Some(last) => last + 1,
            None => self.before_a_gone_one(reader, source, &page.after, &read).await?,
        };
        Ok(read.into_iter().skip(skip).take(limit).map(|(_, found)| found).collect())
    }

    /// How many stand before the last one of the page before, which is not in the list any more: it
    /// was deleted, or no longer matches.
    async fn before_a_gone_one(
        &self,
        reader: &mut Reader,
        source: &Source,
        key: &str,
        read: &[(DynamicMessage, Found)],
    ) -> Result<usize, Refusal> {
        let Some(gone) = source.last_said(reader, key).await? else { return Ok(0) };
        let gone = self.dynamic(&value(&gone)?)?;
        Ok(read.partition_point(|(message, (other, _))| {
            self.order.compare(message, &gone).then_with(|| other.as_str().cmp(key)).is_lt()
        }))
    }

    /// Matching resources by key, after one key, as many as asked for or those that there are.
    async fn matching(
        &self,
        reader: &mut Reader,
        source: &Source,
        after: &str,
        most: usize,
    ) -> Result<Vec<Found>, Refusal> {
        let chunk = i64::try_from(most).unwrap_or(i64::MAX);
        let limit = if self.filter.is_empty() { chunk } else { chunk.max(CHUNK) };
        let (mut found, mut after) = (Vec::new(), after.to_owned());
        loop {
            let read = source.read(reader, &after, limit).await?;
            let is_last = i64::try_from(read.len()).unwrap_or(i64::MAX) < limit;
            if let Some(last) = read.last() {
                after.clone_from(&last.key);
            }
            for revision in read {
                let value = value(&revision)?;
                if self.filter.is_empty() || self.filter.matches(&self.dynamic(&value)?) {
                    found.push((revision.key, value));
                }
            }
            if is_last || most <= found.len() {
                found.truncate(most);
                return Ok(found);
            }
        }
    }

    fn dynamic(&self, value: &[u8]) -> Result<DynamicMessage, Refusal> {
        DynamicMessage::decode(self.resource.clone(), value)
            .map_err(|error| status::internal(&error))
    }
}

/// The mission that a name speaks of.
fn mission_of(name: &str) -> Result<MissionId, Refusal> {
    Ok(MissionId::of(name).at("name")?)
}

async fn exists(reader: &mut Reader, name: &str) -> Result<(), Refusal> {
    let (mission, as_of) = (reader.mission().clone(), reader.as_of());
    let found = OWN.get(reader.db(), &mission, &Key::of(name), as_of).await?;
    found.map(|_| ()).ok_or_else(|| not_found(name))
}

fn value(revision: &Revision) -> Result<Vec<u8>, Refusal> {
    revision.value().map_err(|error| status::internal(&error))
}

fn decode<M: Message + Default>(value: &[u8]) -> Result<M, Refusal> {
    M::decode(value).map_err(|error| status::internal(&error))
}

fn too_many_to_order() -> Refusal {
    let rule = format!("needs a filter that leaves at most {MOST_ORDERED} resources");
    let refusal = Refusal::new(status::Reason::FieldInvalid, format!("order_by {rule}"));
    refusal.violation("order_by", rule)
}

/// A page of this many bytes fits into every answer.
const _: () = assert!(MOST_PAGE_BYTES <= crate::server::MAX_RESPONSE_BYTES / 2);
