-- What is kept of changes that are not kept themselves; the other service's file is this one's twin.

-- The floor of each feed that was compacted. Whoever compacts holds the row, so that one replica
-- does at a time and no writer waits for it.
create table reporting.feed_floors (
    mission text  primary key references reporting.feeds,
    hash    bytea not null default '' -- of the change at the floor, that the first one kept is chained to
);

-- Each resource as the changes up to the floor told of it last.
create table reporting.feed_resources (
    mission  text   not null,
    name     text   not null,
    position bigint not null, -- the change that told of it
    payload  bytea  not null, -- muster.common.v1.ResourceChange

    primary key (mission, name)
);
