-- A body of people that a partner sends.
create table deployment.contingents (
    mission      text not null references deployment.missions,
    id           text not null,
    display_name text not null,
    partner      text not null,
    pledge       text,
    ordinal      int  not null,
    category     text not null,
    headcount    int  not null,
    state        text not null,
    held_stage   text,           -- where it was when it was put on hold
    pledged_at   timestamptz not null,
    transitions  jsonb not null, -- every step so far, oldest first
    sources      jsonb not null,
    revision     bigint not null,
    created_at   timestamptz not null,
    updated_at   timestamptz not null,

    primary key (mission, id),
    constraint contingent_partner_exists
        foreign key (mission, partner) references deployment.partners,
    constraint contingent_pledge_exists foreign key (mission, pledge) references deployment.pledges,
    constraint ordinal_is_used_once unique (mission, partner, ordinal),
    constraint headcount_is_positive check (0 < headcount),
    constraint held_has_a_stage check ((state = 'on_hold') = (held_stage is not null))
);

-- One look at whether a contingent is fit to go.
create table deployment.readiness_checks (
    mission    text not null,
    contingent text not null,
    id         text not null,
    kind       text not null,
    passed     boolean not null,
    checked_at timestamptz not null,
    place      text not null,
    official   text not null,
    note       text not null,
    sources    jsonb not null,
    revision   bigint not null,
    created_at timestamptz not null,
    updated_at timestamptz not null,

    primary key (mission, contingent, id),
    constraint check_contingent_exists
        foreign key (mission, contingent) references deployment.contingents
);

-- The double-entry ledger of people: so many left one account and entered another.
create table deployment.headcount_entries (
    mission      text not null,
    contingent   text not null,
    id           text not null,
    from_account text not null,
    to_account   text not null,
    headcount    int  not null,
    effective_at timestamptz not null, -- when they went
    recorded_at  timestamptz not null, -- when it was recorded here
    cause        text not null,        -- the name of the contingent or movement that caused it
    note         text not null,
    actor        text not null,

    primary key (mission, contingent, id),
    constraint entry_contingent_exists
        foreign key (mission, contingent) references deployment.contingents,
    constraint entry_moves_people check (0 < headcount and from_account <> to_account)
);

create index headcount_entries_by_time on deployment.headcount_entries (mission, effective_at);

-- Carries people of one contingent from one place to another.
create table deployment.movements (
    mission     text not null references deployment.missions,
    id          text not null,
    contingent  text not null,
    direction   text not null,
    mode        text,
    carrier     text not null,
    origin      jsonb not null,
    destination jsonb not null,
    planned     int not null,
    plan        jsonb not null,   -- the dates of the movement's window
    state       text not null,
    departed_at timestamptz,
    departed    int not null,
    arrivals    jsonb not null,   -- each part that arrived, oldest first
    note        text not null,
    sources     jsonb not null,
    revision    bigint not null,
    created_at  timestamptz not null,
    updated_at  timestamptz not null,

    primary key (mission, id),
    constraint movement_contingent_exists
        foreign key (mission, contingent) references deployment.contingents,
    constraint departed_has_when_and_how_many check ((departed_at is not null) = (0 < departed))
);

-- A place that matters to the mission.
create table deployment.sites (
    mission      text not null references deployment.missions,
    id           text not null,
    display_name text not null,
    kind         text not null,
    area         text not null,
    latitude     double precision,
    longitude    double precision,
    history      jsonb not null, -- who held it from when on, oldest first
    sources      jsonb not null,
    revision     bigint not null,
    created_at   timestamptz not null,
    updated_at   timestamptz not null,

    primary key (mission, id),
    constraint site_area_exists foreign key (mission, area) references deployment.areas,
    constraint point_is_whole check ((latitude is null) = (longitude is null))
);

-- What someone else says of how many people there are.
create table deployment.strength_claims (
    mission    text not null references deployment.missions,
    id         text not null,
    measure    text not null,
    quantity   jsonb not null,
    as_of      date not null,
    subject    text not null, -- a partner, contingent or movement; empty for the whole mission
    note       text not null,
    sources    jsonb not null,
    revision   bigint not null,
    created_at timestamptz not null,
    updated_at timestamptz not null,

    primary key (mission, id)
);
