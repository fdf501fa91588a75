-- What is known of the deployment service's missions, as its change feed tells.

-- How far one mission's feed has been followed.
create table reporting.link_cursors (
    mission    text primary key,
    epoch      uuid        not null, -- the life of the feed that the position belongs to
    position   bigint      not null, -- the last one applied
    applied_at timestamptz not null,

    constraint position_is_one_of_the_feed check (1 <= position)
);

-- One resource of the deployment service as it was told of last.
create table reporting.deployment_resources (
    mission  text   not null,
    name     text   not null,
    kind     text   not null generated always as (body ->> 'kind') stored,
    revision bigint not null,
    position bigint not null, -- the change that told of it
    body     jsonb  not null,

    primary key (mission, name)
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
