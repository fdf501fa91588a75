-- What is known of the deployment service's missions, as its change feed tells.

-- How far one mission's feed has been followed.
create table reporting.link_cursors (
    mission    text primary key,
    epoch      uuid        not null, -- the life of the feed that the position belongs to
    position   bigint      not null, -- the last one applied
    applied_at timestamptz not null,

    constraint position_is_one_of_the_feed check (1 <= position)
);

-- Every revision of every resource of the deployment service, as its feed told them: the shape and
-- the rule of `revisions`, so that what was known at a moment has the same answer in both services.
create table reporting.deployment_revisions (
    mission     text        not null,
    collection  text        collate "C" not null,
    key         text        collate "C" not null,
    revision    bigint      not null,
    known_at    timestamptz not null, -- when it became known; the greatest not after a moment holds
    recorded_at timestamptz not null, -- when the deployment service recorded it
    position    bigint      not null, -- the change that told of it
    present     boolean     not null, -- false: from this revision on there is no such resource
    message     bytea       not null, -- muster.common.v1.ResourceChange

    primary key (mission, collection, key, known_at, revision),
    constraint revisions_begin_at_one check (1 <= revision)
);

-- A change of a resource that could not be applied; all later ones of the resource wait behind it.
create table reporting.parked_changes (
    mission   text   not null,
    sequence  bigint not null generated always as identity,
    name      text   not null,
    revision  bigint not null,
    position  bigint not null,
    reason    text   not null,
    payload   bytea  not null, -- muster.common.v1.ResourceChange

    primary key (mission, sequence)
);

create index parked_changes_by_name on reporting.parked_changes (mission, name);
