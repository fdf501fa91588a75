//! Transactions end with whoever wanted them.

use std::pin::pin;

use futures::FutureExt;
use muster_tests::World;

/// More looks than it takes to open a transaction.
const MOST_LOOKS: usize = 40;

#[tokio::test]
async fn a_transaction_that_is_given_up_while_it_opens_is_not_read_in_by_the_next() {
    let world = World::start().await;
    let database = world.deployment_database(1).await;
    for looks in 1..=MOST_LOOKS {
        {
            let mut opening = pin!(database.snapshot());
            for _ in 0..looks {
                if opening.as_mut().now_or_never().is_some() {
                    break;
                }
                tokio::task::yield_now().await;
            }
        }
        let mut db = database.connection().await.unwrap();
        let read_only: String =
            sqlx::query_scalar("show transaction_read_only").fetch_one(&mut *db).await.unwrap();
        assert_eq!(read_only, "off", "given up after {looks} looks");
    }
    database.close().await;
}
