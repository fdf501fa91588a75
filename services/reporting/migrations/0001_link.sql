-- What every service has besides its own business; the other service's file is this one's twin.

-- Where each mission's feed stands. The row is locked last in every transaction and released by
-- its commit, so positions are dense and in commit order.
create table reporting.feeds (
    mission        text   primary key,
    epoch          uuid   not null default gen_random_uuid(), -- replaced when a backup is restored
    last_position  bigint not null default 0,
    floor_position bigint not null default 0,                 -- changes up to here are not kept
    last_hash      bytea  not null default '',

    constraint floor_is_not_ahead check (0 <= floor_position and floor_position <= last_position)
) with (fillfactor = 10, autovacuum_vacuum_threshold = 500, autovacuum_vacuum_scale_factor = 0);

-- One row per commit: everything that it did, as the feed tells it.
create table reporting.changes (
    mission     text        not null references reporting.feeds,
    position    bigint      not null,
    recorded_at timestamptz not null,
    payload     bytea       not null, -- muster.common.v1.Change without epoch, position and hash
    hash        bytea       not null, -- SHA-256 of the hash before, the position and the payload

    primary key (mission, position)
);

-- Calls that may be repeated: what was asked, and what was answered. A row is written in the
-- transaction that does the work, so there is no key without its effect.
create table reporting.idempotency_keys (
    caller      text        not null,
    method      text        not null,
    request_id  uuid        not null,
    fingerprint bytea       not null, -- SHA-256 of the request without its request_id
    mission     text,                 -- null only inside the open transaction
    position    bigint,
    epoch       uuid,
    response    bytea,
    expires_at  timestamptz not null default now() + interval '7 days',

    primary key (caller, method, request_id)
);

create index idempotency_keys_by_expiry on reporting.idempotency_keys (expires_at);

-- The first statement of a unit of work: bounds how long its statements run and wait, and claims
-- the request id. Where an earlier call holds it, its answer is returned; a call that is still
-- running is waited for.
create function reporting.begin_work(
    p_timeout_ms  int,
    p_caller      text,
    p_method      text,
    p_request_id  uuid,
    p_fingerprint bytea,
    out held_fingerprint bytea,
    out held_mission     text,
    out held_position    bigint,
    out held_epoch       uuid,
    out held_response    bytea
) language plpgsql set search_path = reporting, pg_temp as $$
begin
    perform set_config('statement_timeout', p_timeout_ms::text, true);
    perform set_config('lock_timeout', least(p_timeout_ms, 2000)::text, true);
    if p_request_id is null then
        return;
    end if;
    -- Each new key takes the place of a few that no caller can count on any more.
    delete from idempotency_keys where (caller, method, request_id) in (
        select e.caller, e.method, e.request_id from idempotency_keys e
        where e.expires_at < now() order by e.expires_at limit 5 for update skip locked
    );
    insert into idempotency_keys as k (caller, method, request_id, fingerprint)
    values (p_caller, p_method, p_request_id, p_fingerprint)
    on conflict (caller, method, request_id) do update
        set fingerprint = excluded.fingerprint, response = null, expires_at = excluded.expires_at
        where k.expires_at < now();
    if not found then
        select k.fingerprint, k.mission, k.position, k.epoch, k.response
        into held_fingerprint, held_mission, held_position, held_epoch, held_response
        from idempotency_keys k
        where k.caller = p_caller and k.method = p_method and k.request_id = p_request_id;
    end if;
end $$;

-- The last statement of a unit of work: keeps the answer for a repeated call, and appends what
-- changed to the mission's feed.
create function reporting.finish_work(
    p_mission    text,
    p_now        timestamptz,
    p_payload    bytea,
    p_caller     text,
    p_method     text,
    p_request_id uuid,
    p_response   bytea,
    out new_epoch    uuid,
    out new_position bigint
) language plpgsql set search_path = reporting, pg_temp as $$
declare
    head feeds;
    next bytea;
begin
    insert into feeds (mission) values (p_mission) on conflict do nothing;
    select * into strict head from feeds f where f.mission = p_mission for update;
    new_epoch := head.epoch;
    new_position := head.last_position + 1;
    next := sha256(head.last_hash || int8send(new_position) || p_payload);
    insert into changes (mission, position, recorded_at, payload, hash)
    values (p_mission, new_position, p_now, p_payload, next);
    update feeds set last_position = new_position, last_hash = next where mission = p_mission;
    if p_request_id is not null then
        update idempotency_keys k
        set mission = p_mission, position = new_position, epoch = new_epoch,
            response = p_response
        where k.caller = p_caller and k.method = p_method and k.request_id = p_request_id;
    end if;
end $$;
