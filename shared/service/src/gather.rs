//! Reads by key in batches: callers that come while a query runs are answered together by the next
//! one. A batch is read after its callers asked, so that no answer is older than its question.

use std::{future::Future, panic::AssertUnwindSafe, sync::Arc, time::Duration};

use futures::FutureExt;
use tokio::sync::{mpsc, oneshot};

use crate::{Shutdown, database::within};

/// The most keys of one batch.
const MOST_KEYS: usize = 256;
/// A read by keys that takes longer gets no answer any more.
const LONGEST_READ: Duration = Duration::from_secs(5);
/// How many callers the queue holds; further ones wait for room in it.
const MOST_WAITING: usize = 1_024;

/// Something that is read by its key; cheap to clone.
#[derive(Debug)]
pub struct Gather<K, V, E> {
    queue: mpsc::Sender<Waiting<K, V, E>>,
}

#[derive(Debug)]
struct Waiting<K, V, E> {
    key: K,
    answer: oneshot::Sender<Result<V, Arc<E>>>,
}

impl<K, V, E> Gather<K, V, E>
where
    K: Send + 'static,
    V: Send + 'static,
    E: From<sqlx::Error> + Send + Sync + 'static,
{
    /// Reads with `read`, which answers every key in the order of the keys, until every clone
    /// of this is dropped. A read that panics fails its own callers only.
    pub fn start<F, A>(shutdown: &Shutdown, read: F) -> Self
    where
        F: Fn(Vec<K>) -> A + Send + Sync + 'static,
        A: Future<Output = Result<Vec<Result<V, E>>, E>> + Send,
    {
        let (queue, mut waiting) = mpsc::channel::<Waiting<K, V, E>>(MOST_WAITING);
        shutdown.spawn(async move {
            let mut asked = Vec::new();
            while 0 < waiting.recv_many(&mut asked, MOST_KEYS).await {
                // Yields once, so that callers that were just answered can join this batch.
                tokio::task::yield_now().await;
                while asked.len() < MOST_KEYS
                    && let Ok(another) = waiting.try_recv()
                {
                    asked.push(another);
                }
                // Callers that gave up waiting are dropped, so that nothing is read for them.
                asked.retain(|asked| !asked.answer.is_closed());
                let (keys, answers): (Vec<_>, Vec<_>) =
                    asked.drain(..).map(|asked| (asked.key, asked.answer)).unzip();
                if keys.is_empty() {
                    continue;
                }
                let reading = AssertUnwindSafe(async { within(LONGEST_READ, read(keys)).await });
                // Callers of a read that panicked get an error, because their senders are dropped.
                if let Ok(found) = reading.catch_unwind().await {
                    tell(answers, found);
                } else {
                    tracing::error!("a gathered read panicked");
                }
            }
        });
        Self { queue }
    }

    /// Reads one key, in one batch with other callers that ask at the same time.
    pub async fn get(&self, key: K) -> Result<V, Arc<E>> {
        let gone = || Arc::new(E::from(sqlx::Error::WorkerCrashed));
        let (answer, answered) = oneshot::channel();
        self.queue.send(Waiting { key, answer }).await.map_err(|_| gone())?;
        answered.await.unwrap_or_else(|_| Err(gone()))
    }
}

/// Sends each caller what was found. A caller that is gone by now is skipped.
fn tell<V, E>(
    answers: Vec<oneshot::Sender<Result<V, Arc<E>>>>,
    found: Result<Vec<Result<V, E>>, E>,
) {
    match found {
        Ok(values) => {
            for (answer, value) in answers.into_iter().zip(values) {
                let _ = answer.send(value.map_err(Arc::new));
            }
        }
        Err(error) => {
            let error = Arc::new(error);
            for answer in answers {
                let _ = answer.send(Err(Arc::clone(&error)));
            }
        }
    }
}

impl<K, V, E> Clone for Gather<K, V, E> {
    fn clone(&self) -> Self {
        Self { queue: self.queue.clone() }
    }
}

#[cfg(test)]
mod tests {
    use std::{sync::Mutex, time::Duration};

    use tokio::sync::Semaphore;

    use super::*;

    #[tokio::test]
    async fn who_asks_during_a_read_is_answered_by_the_next_one_and_each_with_its_own() {
        let reads = Arc::new(Mutex::new(Vec::new()));
        let gate = Arc::new(Semaphore::new(0));
        let gather: Gather<i32, i32, sqlx::Error> = {
            let (reads, gate) = (Arc::clone(&reads), Arc::clone(&gate));
            Gather::start(&Shutdown::new(Duration::ZERO), move |keys: Vec<i32>| {
                reads.lock().unwrap().push(keys.len());
                let gate = Arc::clone(&gate);
                async move {
                    gate.acquire().await.unwrap().forget();
                    let double = |key: i32| {
                        if key == 3 { Err(sqlx::Error::RowNotFound) } else { Ok(key * 2) }
                    };
                    Ok(keys.into_iter().map(double).collect())
                }
            })
        };
        let ask = |key| {
            let gather = gather.clone();
            async move { gather.get(key).await.ok() }
        };
        let first = ask(1);
        let others = async {
            while reads.lock().unwrap().is_empty() {
                tokio::task::yield_now().await;
            }
            let open = async { gate.add_permits(2) };
            tokio::join!(ask(2), ask(3), ask(4), open)
        };
        let (first, (second, third, fourth, ())) = tokio::join!(first, others);
        assert_eq!((first, second, third, fourth), (Some(2), Some(4), None, Some(8)));
        assert_eq!(*reads.lock().unwrap(), [1, 3]);
    }

    #[tokio::test]
    async fn a_read_that_panics_fails_its_own_callers_only() {
        let gather: Gather<i32, i32, sqlx::Error> =
            Gather::start(&Shutdown::new(Duration::ZERO), |keys: Vec<i32>| {
                assert_ne!(keys, [1], "before it waits");
                async move {
                    tokio::task::yield_now().await;
                    assert_ne!(keys, [2], "while it waits");
                    Ok(keys.into_iter().map(Ok).collect())
                }
            });
        for key in [1, 2] {
            let failed = gather.get(key).await.unwrap_err();
            assert!(matches!(*failed, sqlx::Error::WorkerCrashed), "{failed}");
        }
        assert_eq!(gather.get(3).await.unwrap(), 3);
    }
}
