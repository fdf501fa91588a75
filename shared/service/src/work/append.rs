//! The last statement of a transaction that writes: history, feed and keys.

use sqlx::Row;
use time::OffsetDateTime;
use uuid::Uuid;

use super::{MOST_CHANGE_BYTES, Work, WorkError, reach_of, revision::SealedRevision};
use crate::{
    fault,
    status::{Reason, Refusal},
    token::Token,
    wire,
};

/// When the last revision of a resource became known, and the one that is corrected.
struct KnownTimes {
    last: Option<OffsetDateTime>,
    corrected: Option<OffsetDateTime>,
}

impl Work {
    /// Appends what changed. From here on the feed is held until the transaction ends.
    pub(super) async fn append(&mut self) -> Result<Token, WorkError> {
        self.settle_known_times().await?;
        fault::point("work.before-append", &self.context().caller.method);
        loop {
            let row = self.try_append().await?;
            let not_before: Option<OffsetDateTime> = row.try_get("not_before")?;
            let Some(not_before) = not_before else {
                return Ok(Token {
                    service: self.database.schema.to_owned(),
                    mission: self.mission.clone(),
                    epoch: row.try_get::<Uuid, _>("new_epoch")?,
                    position: row.try_get("new_position")?,
                });
            };
            // Another replica's clock is ahead, or a call that began later was faster.
            self.now = not_before;
        }
    }

    async fn try_append(&mut self) -> Result<sqlx::postgres::PgRow, WorkError> {
        let (now, units) = (self.now, &self.units);
        let seal = |pending: &mut super::Pending| pending.seal(&units[pending.unit].context, now);
        let sealed: Vec<SealedRevision> = self.pending.iter_mut().map(seal).collect();
        let bytes: usize = sealed.iter().map(|sealed| sealed.message.len() + 64).sum();
        if MOST_CHANGE_BYTES < bytes {
            return Err(WorkError::TooLarge);
        }
        let known: Vec<_> = self.pending.iter().map(|pending| pending.known_by(now)).collect();
        let texts = |of: fn(&super::Pending) -> &str| -> Vec<&str> {
            self.pending.iter().map(of).collect()
        };
        let (mut callers, mut methods, mut request_ids) = (Vec::new(), Vec::new(), Vec::new());
        let (mut ordinals, mut reaches) = (Vec::new(), Vec::new());
        for unit in &self.units {
            let context = &unit.context;
            if let (Some(id), Some(ordinal), Some(reach)) =
                (context.request_id, unit.answer, reach_of(context, &self.mission)?)
            {
                callers.push(context.key_owner());
                methods.push(&*context.caller.method);
                request_ids.push(id);
                ordinals.push(i32::try_from(ordinal).unwrap_or(i32::MAX));
                reaches.push(reach);
            }
        }
        // In migrations/0001_feed.sql.
        let row = sqlx::query(
            "select * from append_change($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13,
                $14, $15)",
        )
        .bind(self.mission.as_str())
        .bind(now)
        .bind(texts(|pending| &pending.key.collection))
        .bind(texts(|pending| &pending.key.key))
        .bind(self.pending.iter().map(|pending| pending.revision).collect::<Vec<_>>())
        .bind(known)
        .bind(self.pending.iter().map(super::Pending::is_present).collect::<Vec<_>>())
        .bind(sealed.iter().map(|sealed| &sealed.message[..]).collect::<Vec<_>>())
        .bind(sealed.iter().map(|sealed| &sealed.salt[..]).collect::<Vec<_>>())
        .bind(sealed.iter().map(|sealed| &sealed.digest[..]).collect::<Vec<_>>())
        .bind(callers)
        .bind(methods)
        .bind(request_ids)
        .bind(ordinals)
        .bind(reaches)
        .fetch_one(&mut *self.transaction)
        .await?;
        Ok(row)
    }

    /// Settles when each revision became known, where its caller said so. The answer's own must
    /// not lie before that of its last revision, for a revision says that knowledge changed; what
    /// follows from it in other resources is known no earlier than what they said before. A
    /// correction takes the time of the revision that it corrects.
    async fn settle_known_times(&mut self) -> Result<(), WorkError> {
        let said =
            |pending: &super::Pending| pending.known_at.is_some() || pending.corrects.is_some();
        if !self.pending.iter().any(said) {
            return Ok(());
        }
        let known = self.known_times().await?;
        for (index, known) in known.into_iter().enumerate() {
            let pending = &mut self.pending[index];
            let unit = &self.units[pending.unit];
            let is_answer = unit.answer == Some(index);
            if pending.corrects.is_some() {
                let rule = "must be a revision of the resource";
                let unknown = || {
                    let message = format!("corrects_revision {rule}");
                    let refusal = Refusal::new(Reason::FieldInvalid, message);
                    WorkError::Refused(refusal.violation("corrects_revision", rule))
                };
                pending.known_at = Some(known.corrected.ok_or_else(unknown)?);
            } else if let (Some(at), Some(last)) = (pending.known_at, known.last)
                && at < last
            {
                if is_answer {
                    return Err(WorkError::Refused(known_before(last)));
                }
                pending.known_at = Some(last);
            }
        }
        Ok(())
    }

    /// What is known of each pending revision's resource, in their order.
    async fn known_times(&mut self) -> Result<Vec<KnownTimes>, sqlx::Error> {
        let pending = &self.pending;
        let corrects = |pending: &super::Pending| pending.corrects.unwrap_or_default();
        let rows = sqlx::query(
            "select (
                    select max(known_at) from revisions r
                    where r.mission = $1 and r.collection = c and r.key = k
                ) as last, (
                    select known_at from revisions r
                    where r.mission = $1 and r.collection = c and r.key = k and r.revision = n
                ) as corrected
            from unnest($2::text[], $3::text[], $4::bigint[]) with ordinality as t (c, k, n, i)
            order by i",
        )
        .bind(self.mission.as_str())
        .bind(pending.iter().map(|pending| &*pending.key.collection).collect::<Vec<_>>())
        .bind(pending.iter().map(|pending| &*pending.key.key).collect::<Vec<_>>())
        .bind(pending.iter().map(corrects).collect::<Vec<_>>())
        .fetch_all(&mut *self.transaction)
        .await?;
        rows.iter()
            .map(|row| {
                Ok(KnownTimes { last: row.try_get("last")?, corrected: row.try_get("corrected")? })
            })
            .collect()
    }
}

/// Refuses a revision that would have become known before the last one.
fn known_before(last: OffsetDateTime) -> Refusal {
    let earliest = wire::rfc3339(last);
    let message = format!("known_time must not be before {earliest}, that of the last revision");
    Refusal::new(Reason::TimeOutOfOrder, message)
        .with("field", "known_time")
        .with("earliest", earliest)
}
