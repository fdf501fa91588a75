-- Notices that this database was restored from a backup.

-- The database that the feeds were last told from. A backup brings the row of the one that it was
-- taken from along.
create table restore_detection (
    only_row boolean primary key default true check (only_row),
    system   bigint  not null, -- the cluster, by its system identifier
    timeline text    not null, -- of its write-ahead log: another one after recovery and failover
    feeds    oid     not null  -- the table, for a backup that is read into the same cluster
);

-- Where this database is now.
create function present_location() returns restore_detection
language sql stable set search_path from current as $$
    select true, system_identifier, left(pg_walfile_name(pg_current_wal_lsn()), 8),
        'feeds'::regclass::oid
    from pg_control_system()
$$;

insert into restore_detection select * from present_location();

-- The first statement of each connection. What a backup does not hold was told to readers all the
-- same, and its positions will be given again: every feed begins a new epoch, once, before
-- anything is read or written.
create function begin_new_epoch_if_restored() returns void
language plpgsql set search_path from current as $$
begin
    if exists (select from restore_detection d where d = present_location()) then
        return;
    end if;
    update restore_detection d set (only_row, system, timeline, feeds) = (select * from present_location())
    where d <> present_location();
    if found then
        update feeds set epoch = gen_random_uuid();
    end if;
end $$;
