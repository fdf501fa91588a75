-- What the role that runs a service may do beside reading, in the tables that every service has.
-- What was recorded (revisions) is never changed and never removed.
grant insert, update on feeds to runner;
-- Commits that are older than the feed is kept are dropped from it.
grant insert, delete on changes to runner;
grant insert on revisions to runner;
grant insert, update, delete on idempotency_keys to runner;
grant update on restore_detection to runner;
