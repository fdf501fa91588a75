-- A multinational security support mission; everything else belongs to one.
create table deployment.missions (
    mission      text primary key,
    display_name text not null,
    host_country text not null,
    purpose      text not null,
    requirements jsonb not null, -- readiness checks by the state that needs them
    time_zone    text not null, -- its name in the IANA time zone database
    revision     bigint not null,
    created_at   timestamptz not null,
    updated_at   timestamptz not null
);

-- The gazetteer: which place codes there are.
create table deployment.areas (
    mission      text not null references deployment.missions,
    code         text not null,
    display_name text not null,
    level        int  not null,
    parent       text,
    edition      text not null,
    sources      jsonb not null,
    revision     bigint not null,
    created_at   timestamptz not null,
    updated_at   timestamptz not null,

    primary key (mission, code),
    constraint parent_area_exists foreign key (mission, parent) references deployment.areas
);

create index areas_by_parent on deployment.areas (mission, parent);

-- A state or an organisation that takes part.
create table deployment.partners (
    mission      text not null references deployment.missions,
    id           text not null,
    display_name text not null,
    country      text,
    roles        text[] not null,
    sources      jsonb not null,
    revision     bigint not null,
    created_at   timestamptz not null,
    updated_at   timestamptz not null,

    primary key (mission, id)
);

-- What authorises a mission, from when until when.
create table deployment.mandates (
    mission           text not null references deployment.missions,
    id                text not null,
    authority         text not null,
    instrument        text not null,
    adopted_on        date not null,
    starts_at         timestamptz not null, -- inclusive
    ends_at           timestamptz not null, -- exclusive
    personnel_ceiling int,                  -- null where the instrument sets none
    planned_strength  jsonb,
    areas             text[] not null,      -- empty: the whole host country
    tasks             jsonb not null,
    predecessor       text,
    sources           jsonb not null,
    revision          bigint not null,
    created_at        timestamptz not null,
    updated_at        timestamptz not null,

    primary key (mission, id),
    constraint predecessor_exists foreign key (mission, predecessor) references deployment.mandates,
    constraint starts_before_it_ends check (starts_at < ends_at)
);

create index mandates_by_predecessor on deployment.mandates (mission, predecessor);

-- How a source qualifies its number.
create domain deployment.qualifier as text constraint qualifier_is_known check (
    value in (
        'exactly', 'more_than', 'at_least', 'less_than', 'at_most', 'about', 'between', 'unknown'
    )
);

-- What kind of people are sent.
create domain deployment.personnel_category as text constraint personnel_category_is_known check (
    value in ('police', 'military', 'civilian', 'mixed')
);

-- What a partner offered to send.
create table deployment.pledges (
    mission              text not null references deployment.missions,
    id                   text not null,
    partner              text not null,
    -- Its size; the qualifier is null where the partner gave no number.
    at_least             bigint,
    at_most              bigint,
    qualifier            deployment.qualifier,
    as_written           text, -- the source's words
    category             deployment.personnel_category, -- null where it did not say
    offered_on           text not null, -- a date of which month and day may be unknown
    conditions           text not null,
    state                text not null,
    confirmed_on         date,
    withdrawn_on         date,
    withdraw_reason      text,
    arrived              int not null,
    sources              jsonb not null,
    revision             bigint not null,
    created_at           timestamptz not null,
    updated_at           timestamptz not null,

    primary key (mission, id),
    constraint bounds_are_in_order check (0 <= at_least and 0 <= at_most and at_least <= at_most),
    constraint size_is_whole_or_absent check (
        (qualifier is null) = (as_written is null)
        and (qualifier is not null or at_least is null and at_most is null)
    ),
    constraint pledge_partner_exists foreign key (mission, partner) references deployment.partners,
    constraint state_is_known check (
        state in ('offered', 'confirmed', 'fulfilled_in_part', 'fulfilled', 'withdrawn')
    ),
    constraint offered_is_not_confirmed check (state <> 'offered' or confirmed_on is null),
    constraint confirmed_has_when check (state <> 'confirmed' or confirmed_on is not null),
    constraint fulfilled_has_people check (
        state = 'withdrawn' or (state in ('fulfilled_in_part', 'fulfilled')) = (0 < arrived)
    ),
    constraint withdrawn_has_when_and_why check (
        (state = 'withdrawn')
            = (withdrawn_on is not null and withdraw_reason is not null)
    ),
    constraint arrived_is_not_negative check (0 <= arrived)
);

create index pledges_by_partner on deployment.pledges (mission, partner);
