-- Notices that this database was restored; the other service's file is this one's twin.

-- The database that the feeds were last told from. A backup brings the row of the one that it was
-- taken from along.
create table reporting.home (
    only_row boolean primary key default true check (only_row),
    system   bigint  not null, -- the cluster, by its system identifier
    timeline text    not null, -- of its write-ahead log: another one after recovery and failover
    feeds    oid     not null  -- the table, for a backup that is read into the same cluster
);

-- Where this database is now.
create function reporting.here() returns reporting.home language sql stable set search_path = reporting, pg_temp as $$
    select true, system_identifier, left(pg_walfile_name(pg_current_wal_lsn()), 8),
        'feeds'::regclass::oid
    from pg_control_system()
$$;

insert into reporting.home select * from reporting.here();

-- The first statement of each connection. What a backup does not hold was told to readers all the
-- same, and its positions will be given again: every feed begins a new epoch, once, before
-- anything is read or written.
create function reporting.settle_in() returns void language plpgsql set search_path = reporting, pg_temp as $$
begin
    if exists (select from home where home = here()) then
        return;
    end if;
    update home set (only_row, system, timeline, feeds) = (select * from here()) where home <> here();
    if found then
        update feeds set epoch = gen_random_uuid();
        -- What is kept for a repeated call is here, at the position where it was.
        update idempotency_keys k set epoch = f.epoch from feeds f where f.mission = k.mission;
    end if;
end $$;
