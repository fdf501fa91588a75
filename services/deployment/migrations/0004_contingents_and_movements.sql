-- Where people of a contingent count.
create domain deployment.account as text constraint account_is_known check (
    value in (
        'outside', 'pledged', 'training', 'ready', 'in_transit', 'present', 'on_leave', 'medical',
        'missing', 'dead', 'returning', 'repatriated'
    )
);

-- Where a contingent stands.
create domain deployment.contingent_state as text constraint contingent_state_is_known check (
    value in (
        'pledged', 'confirmed', 'training', 'trained', 'vetted', 'briefed', 'ready', 'deploying',
        'deployed', 'rotating', 'repatriated', 'on_hold', 'withdrawn', 'cancelled'
    )
);

-- A body of people that a partner sends.
create table deployment.contingents (
    mission      text not null references deployment.missions,
    id           text not null,
    display_name text not null,
    partner      text not null,
    pledge       text,
    ordinal      int  not null,
    category     deployment.personnel_category not null,
    headcount    int  not null,
    state        deployment.contingent_state not null,
    held_stage   deployment.contingent_state, -- where it was when it was put on hold
    pledged_at   timestamptz not null,
    steps        int  not null,  -- how many it took
    last_step_at timestamptz,
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
    constraint steps_have_a_last_one check ((0 < steps) = (last_step_at is not null)),
    constraint held_stage_is_a_stage check (
        held_stage not in ('on_hold', 'withdrawn', 'cancelled')
    ),
    constraint held_has_a_stage check ((state = 'on_hold') = (held_stage is not null))
);

create index contingents_by_pledge on deployment.contingents (mission, pledge);

-- One step of a contingent.
create table deployment.contingent_steps (
    mission      text not null,
    contingent   text not null,
    id           text collate "C" not null, -- its number, so that they sort by it
    from_state   deployment.contingent_state not null,
    to_state     deployment.contingent_state not null,
    effective_at timestamptz not null,
    note         text not null,
    revision     bigint not null,
    created_at   timestamptz not null,
    updated_at   timestamptz not null,

    primary key (mission, contingent, id),
    constraint step_contingent_exists
        foreign key (mission, contingent) references deployment.contingents
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
        foreign key (mission, contingent) references deployment.contingents,
    constraint kind_is_known check (
        kind in ('training', 'medical', 'equipment', 'legal_clearance', 'vetting', 'briefing')
    )
);

-- The double-entry ledger of people: so many left one account and entered another.
create table deployment.headcount_entries (
    mission      text not null,
    contingent   text not null,
    id           text not null,
    from_account deployment.account not null,
    to_account   deployment.account not null,
    headcount    int  not null,
    effective_at timestamptz not null, -- when they went
    cause        text not null,        -- the name of what caused it: a step, contingent or movement
    note         text not null,
    actor        text not null,
    revision     bigint not null,
    created_at   timestamptz not null,
    updated_at   timestamptz not null,

    primary key (mission, contingent, id),
    constraint entry_contingent_exists
        foreign key (mission, contingent) references deployment.contingents,
    constraint entry_moves_people check (0 < headcount and from_account <> to_account)
);

create index headcount_entries_by_time on deployment.headcount_entries (mission, effective_at);

-- How many people the ledger has in each account of a contingent; `outside` has no balance.
create table deployment.headcount_balances (
    mission    text not null,
    contingent text not null,
    account    deployment.account not null,
    headcount  bigint not null,

    primary key (mission, contingent, account),
    constraint balance_contingent_exists
        foreign key (mission, contingent) references deployment.contingents,
    constraint outside_has_no_balance check (account <> 'outside'),
    constraint no_account_is_below_zero check (0 <= headcount)
);

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
    arrivals    int not null,     -- how many parts arrived
    arrived     int not null,     -- how many people they brought
    last_arrived_at timestamptz,
    note        text not null,
    sources     jsonb not null,
    revision    bigint not null,
    created_at  timestamptz not null,
    updated_at  timestamptz not null,

    primary key (mission, id),
    constraint movement_contingent_exists
        foreign key (mission, contingent) references deployment.contingents,
    constraint direction_is_known check (direction in ('deployment', 'repatriation')),
    constraint mode_is_known check (mode in ('air', 'sea', 'road')),
    constraint state_is_known check (
        state in ('planned', 'delayed', 'departed', 'arrived_in_part', 'arrived', 'cancelled')
    ),
    constraint departed_has_when check (
        (state in ('departed', 'arrived_in_part', 'arrived')) = (departed_at is not null)
    ),
    constraint departed_has_how_many check ((departed_at is not null) = (0 < departed)),
    constraint arrived_has_parts check ((state in ('arrived_in_part', 'arrived')) = (0 < arrivals)),
    constraint arrivals_have_people check ((0 < arrivals) = (0 < arrived)),
    constraint arrivals_have_a_last_one check ((0 < arrivals) = (last_arrived_at is not null)),
    constraint nobody_arrives_who_did_not_depart check (arrived <= departed)
);

create index movements_by_contingent on deployment.movements (mission, contingent);

-- One part of a movement that reached its destination.
create table deployment.arrivals (
    mission    text not null,
    movement   text not null,
    id         text collate "C" not null, -- its number, so that they sort by it
    arrived_at timestamptz not null,
    headcount  int  not null,
    note       text not null,
    entry      text,                      -- the entry of the ledger that it made
    revision   bigint not null,
    created_at timestamptz not null,
    updated_at timestamptz not null,

    primary key (mission, movement, id),
    constraint arrival_movement_exists
        foreign key (mission, movement) references deployment.movements,
    constraint arrival_brings_people check (0 < headcount)
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
    status       jsonb,          -- of its statuses the one with the latest moment
    sources      jsonb not null,
    revision     bigint not null,
    created_at   timestamptz not null,
    updated_at   timestamptz not null,

    primary key (mission, id),
    constraint site_area_exists foreign key (mission, area) references deployment.areas,
    constraint kind_is_known check (
        kind in (
            'airport', 'seaport', 'hospital', 'government', 'police', 'prison', 'base', 'road',
            'training', 'other'
        )
    ),
    constraint point_is_whole check ((latitude is null) = (longitude is null))
);

create index sites_by_area on deployment.sites (mission, area);

-- Who held a site from a moment on.
create table deployment.site_statuses (
    mission      text not null,
    site         text not null,
    id           text not null,
    control      text not null,
    effective_at timestamptz not null,
    holder       text not null,
    note         text not null,
    sources      jsonb not null,
    revision     bigint not null,
    created_at   timestamptz not null,
    updated_at   timestamptz not null,

    primary key (mission, site, id),
    constraint status_site_exists foreign key (mission, site) references deployment.sites,
    constraint control_is_known check (control in ('secured', 'contested', 'lost', 'closed'))
);

create index site_statuses_by_time on deployment.site_statuses (mission, site, effective_at);

-- What someone else says of how many people there are.
create table deployment.strength_claims (
    mission    text not null references deployment.missions,
    id         text not null,
    measure    text not null,
    at_least   bigint,
    at_most    bigint,
    qualifier  deployment.qualifier not null,
    as_written text not null, -- the source's words; empty where only bounds were given
    as_of      date not null,
    subject    text not null, -- a partner, contingent or movement; empty for the whole mission
    note       text not null,
    sources    jsonb not null,
    revision   bigint not null,
    created_at timestamptz not null,
    updated_at timestamptz not null,

    primary key (mission, id),
    constraint measure_is_known check (
        measure in (
            'authorised', 'planned', 'pledged', 'confirmed', 'ready', 'in_transit', 'arrived',
            'present', 'effective', 'listed', 'operational', 'available'
        )
    ),
    constraint bounds_are_in_order check (0 <= at_least and 0 <= at_most and at_least <= at_most)
);
