-- What every service has besides its own business. It is run in the service's own schema, which
-- stands first in the search path, so that one file serves both.

-- Where each mission's feed stands. The row is locked last in every transaction and released by
-- its commit, so positions are dense and in commit order.
create table feeds (
    mission          text   primary key,
    epoch            uuid   not null default gen_random_uuid(), -- replaced when a backup is restored
    last_position    bigint not null default 0,
    floor_position   bigint not null default 0,                 -- changes up to here are not kept
    last_hash        bytea  not null default '',
    floor_hash       bytea  not null default '',                -- of the change at the floor
    last_recorded_at timestamptz not null default '-infinity',

    constraint floor_is_not_ahead check (0 <= floor_position and floor_position <= last_position)
) with (fillfactor = 10, autovacuum_vacuum_threshold = 500, autovacuum_vacuum_scale_factor = 0);

-- One row per commit. What it did are the revisions at its position.
create table changes (
    mission     text        not null references feeds,
    position    bigint      not null,
    recorded_at timestamptz not null,
    hash        bytea       not null, -- SHA-256 of the hash before, the position and the digests

    primary key (mission, position)
);

-- Every revision of every resource: the history that reads as of a moment are answered from, and
-- what the feed tells.
create table revisions (
    mission     text        not null,
    collection  text        collate "C" not null, -- `contingents/readinessChecks`
    key         text        collate "C" not null, -- the ids in the name: `ken-1/medical`
    revision    bigint      not null,
    known_at    timestamptz not null, -- when it became known; the greatest not after a moment holds
    recorded_at timestamptz not null, -- when it was recorded here
    position    bigint      not null, -- the commit that told of it
    ordinal     int         not null, -- its number among the revisions of the commit, from 0
    present     boolean     not null, -- false: from this revision on there is no such resource
    message     bytea       not null, -- muster.common.v1.ResourceChange without salt and digest
    salt        bytea       not null,
    digest      bytea       not null, -- SHA-256 of the salt and the message

    primary key (mission, collection, key, known_at, revision),
    constraint nothing_is_known_after_it_is_recorded check (known_at <= recorded_at),
    constraint revisions_begin_at_one check (1 <= revision)
);

create unique index revisions_by_position on revisions (mission, position, ordinal);

-- Calls that may be repeated: what was asked, and which revision was the answer. A row is written in
-- the transaction that does the work, so there is no key without its effect.
create table idempotency_keys (
    mission     text        not null,
    caller      text        not null,
    method      text        not null,
    request_id  uuid        not null,
    fingerprint bytea       not null, -- SHA-256 of the request without its request_id
    reach       text,                 -- what the caller could touch: ids of partners, or * for all
    position    bigint,               -- null only inside the open transaction
    ordinal     int,
    expires_at  timestamptz not null default now() + interval '7 days',

    primary key (mission, caller, method, request_id)
);

create index idempotency_keys_by_expiry on idempotency_keys (mission, expires_at);

-- The first statement of a transaction that writes: bounds how long its statements run and wait.
create function bound_work(p_timeout_ms int) returns void language plpgsql as $$
begin
    perform set_config('statement_timeout', p_timeout_ms::text, true);
    perform set_config('lock_timeout', least(p_timeout_ms, 2000)::text, true);
end $$;

-- The first statement of a unit of work: bounds its time, and claims the request id. Where an
-- earlier call holds it, its answer is returned; a call that is still running is waited for.
create function begin_unit(
    p_timeout_ms  int,
    p_mission     text,
    p_caller      text,
    p_method      text,
    p_request_id  uuid,
    p_fingerprint bytea,
    out held_fingerprint bytea,
    out held_reach       text,
    out held_position    bigint,
    out held_epoch       uuid,
    out held_message     bytea
) language plpgsql set search_path from current as $$
begin
    perform bound_work(p_timeout_ms);
    if p_request_id is null then
        return;
    end if;
    -- Each new key takes the place of a few that no caller can count on any more.
    delete from idempotency_keys where (mission, caller, method, request_id) in (
        select e.mission, e.caller, e.method, e.request_id from idempotency_keys e
        where e.mission = p_mission and e.expires_at < now()
        order by e.expires_at limit 5 for update skip locked
    );
    insert into idempotency_keys as k (mission, caller, method, request_id, fingerprint)
    values (p_mission, p_caller, p_method, p_request_id, p_fingerprint)
    on conflict (mission, caller, method, request_id) do update
        set fingerprint = excluded.fingerprint, reach = null, position = null, ordinal = null,
            expires_at = excluded.expires_at
        where k.expires_at < now();
    if not found then
        select k.fingerprint, k.reach, k.position, f.epoch, r.message
        into held_fingerprint, held_reach, held_position, held_epoch, held_message
        from idempotency_keys k
            join feeds f on f.mission = k.mission
            join revisions r
                on r.mission = k.mission and r.position = k.position and r.ordinal = k.ordinal
        where k.mission = p_mission and k.caller = p_caller and k.method = p_method
            and k.request_id = p_request_id;
    end if;
end $$;

-- The last statement of a transaction that writes: appends what changed to the mission's feed, and
-- keeps for each unit which revision its answer was. Where another commit was recorded later than
-- `p_now`, nothing is written and `not_before` says from when on it may be: time never runs
-- backwards in a feed. The lock on the feed is held from here on.
create function append_change(
    p_mission     text,
    p_now         timestamptz,
    p_collections text[],
    p_keys        text[],
    p_revisions   bigint[],
    p_known       timestamptz[],
    p_present     boolean[],
    p_messages    bytea[],
    p_salts       bytea[],
    p_digests     bytea[],
    p_callers     text[],  -- of the units that have a request id
    p_methods     text[],
    p_request_ids uuid[],
    p_places      int[],   -- of their answers
    p_reaches     text[],
    out new_epoch    uuid,
    out new_position bigint,
    out not_before   timestamptz
) language plpgsql set search_path from current as $$
declare
    head feeds;
    next bytea;
begin
    insert into feeds (mission) values (p_mission) on conflict do nothing;
    select * into strict head from feeds f where f.mission = p_mission for update;
    if p_now < head.last_recorded_at then
        not_before := head.last_recorded_at;
        return;
    end if;
    new_epoch := head.epoch;
    new_position := head.last_position + 1;
    next := sha256(head.last_hash || int8send(new_position)
        || (select string_agg(d, null order by n) from unnest(p_digests) with ordinality as t (d, n)));
    insert into changes (mission, position, recorded_at, hash)
    values (p_mission, new_position, p_now, next);
    insert into revisions (mission, collection, key, revision, known_at, recorded_at, position,
        ordinal, present, message, salt, digest)
    select p_mission, c, k, r, coalesce(kn, p_now), p_now, new_position, n - 1, p, m, s, d
    from unnest(p_collections, p_keys, p_revisions, p_known, p_present, p_messages, p_salts,
        p_digests) with ordinality as t (c, k, r, kn, p, m, s, d, n);
    update feeds set last_position = new_position, last_hash = next, last_recorded_at = p_now
    where mission = p_mission;
    update idempotency_keys k
    set position = new_position, ordinal = u.ordinal, reach = u.reach
    from unnest(p_callers, p_methods, p_request_ids, p_places, p_reaches)
        as u (caller, method, request_id, ordinal, reach)
    where k.mission = p_mission and k.caller = u.caller and k.method = u.method
        and k.request_id = u.request_id;
end $$;
