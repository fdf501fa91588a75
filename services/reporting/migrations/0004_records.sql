-- Missions are known only from the feed of another service, so nothing here refers to a table of
-- them; the app asks the link whether a mission and an area exist.

-- How finely a date is known.
create domain reporting.date_precision as text constraint date_precision_is_known check (
    value in ('day', 'week', 'month', 'year')
);

-- How a source qualifies its number.
create domain reporting.qualifier as text constraint qualifier_is_known check (
    value in (
        'exactly', 'more_than', 'at_least', 'less_than', 'at_most', 'about', 'between', 'unknown'
    )
);

-- Something that happened to people, as it is now; all that is known of it, revision by revision, is
-- in `revisions`.
create table reporting.incidents (
    mission           text   not null,
    id                text   collate "C" not null,
    kind              text   not null,
    occurred_on       text   not null, -- a date of which month and day may be unknown
    date_precision    reporting.date_precision not null,
    first_day         date   not null, -- the first and the last day that it can have happened on
    last_day          date   not null,
    area              text   not null,
    place_name        text   not null,
    actors            text[] not null,
    -- There are many incidents, and no query looks into these two: json is smaller than jsonb. How
    -- many people were harmed is summed by the program, over incidents that were chosen by area and
    -- days: whether one counts fully, possibly or not is a question of its bounds and its
    -- verification together, and rows for each count would double the largest table.
    casualties        json   not null,
    sources           json   not null,
    narrative         text   not null,
    language          text   not null,
    publishers        text   not null, -- of the sources, as situations name them
    verification      text   not null,
    verification_note text   not null,
    verified_at       timestamptz,
    revision          bigint not null,
    created_at        timestamptz not null,
    updated_at        timestamptz not null,

    primary key (mission, id),
    constraint incident_days_are_in_order check (first_day <= last_day),
    constraint kind_is_known check (
        kind in (
            'killing', 'injury', 'kidnapping', 'sexual_violence', 'armed_clash', 'attack_on_site',
            'prison_break', 'looting_or_arson', 'displacement', 'other'
        )
    ),
    constraint verification_is_known check (
        verification in ('unverified', 'verified', 'unverifiable', 'rejected')
    ),
    constraint looked_into_has_when check (
        (verification = 'unverified') = (verified_at is null)
    )
);

create index incidents_by_area on reporting.incidents (mission, area, first_day);

-- A number that a source published about people, as it is now; all that is known of it, revision
-- by revision, is in `revisions`.
create table reporting.figures (
    mission         text   not null,
    id              text   not null,
    measure         text   not null,
    metric          text   not null,
    -- The period of a flow, the end exclusive; of a stock its day, and the next.
    first_day       date   not null,
    end_day         date   not null,
    date_precision  reporting.date_precision not null,
    at_least        bigint,
    at_most         bigint,
    qualifier       reporting.qualifier not null,
    as_written      text   not null, -- the source's words; empty where only bounds were given
    area            text   not null,
    place_name      text   not null,
    breakdown       jsonb  not null,
    source          jsonb  not null,
    role            text   not null,
    note            text   not null,
    retracted       boolean not null,
    revision        bigint not null,
    created_at      timestamptz not null,
    updated_at      timestamptz not null,

    primary key (mission, id),
    constraint metric_is_known check (
        measure = 'stock' and metric in ('displaced', 'displaced_in_sites')
        or measure = 'flow' and metric in (
            'killed', 'injured', 'killed_or_injured', 'kidnapped',
            'gender_based_violence_incidents', 'displaced', 'escaped_detainees'
        )
    ),
    constraint bounds_are_in_order check (0 <= at_least and 0 <= at_most and at_least <= at_most),
    constraint figure_role_is_known check (role in ('recommended', 'triangulation')),
    constraint figure_days_are_in_order check (first_day < end_day),
    constraint stocks_are_of_a_day check (measure = 'flow' or end_day = first_day + 1)
);

create index figures_by_area on reporting.figures (mission, area, first_day);

-- What a source says of who controls how much of an area.
create table reporting.assessments (
    mission         text   not null,
    id              text   not null,
    area            text   not null,
    place_name      text   not null,
    controller      text   not null,
    controller_kind text   not null,
    -- The share in percent.
    at_least        bigint,
    at_most         bigint,
    qualifier       reporting.qualifier not null,
    as_written      text   not null, -- the source's words; empty where only bounds were given
    assessed_on     text   not null, -- a date of which month and day may be unknown
    date_precision  reporting.date_precision not null,
    confidence      text,            -- null where the assessor did not say
    source          jsonb  not null,
    note            text   not null,
    revision        bigint not null,
    created_at      timestamptz not null,
    updated_at      timestamptz not null,

    primary key (mission, id),
    constraint bounds_are_in_order check (0 <= at_least and 0 <= at_most and at_least <= at_most),
    constraint controller_kind_is_known check (
        controller_kind in ('armed_group', 'state', 'self_defence_group')
    ),
    constraint confidence_is_known check (confidence in ('low', 'moderate', 'high'))
);

-- What someone said, word for word.
create table reporting.statements (
    mission        text    not null,
    id             text    not null,
    speaker        text    not null,
    words          text    not null,
    language       text    not null,
    verbatim       boolean not null,
    stated_on      text    not null, -- a date of which month and day may be unknown
    first_day      date    not null, -- the first and the last day that it can be
    last_day       date    not null,
    date_precision reporting.date_precision not null,
    occasion       text    not null,
    numbers        jsonb   not null, -- each number in the words with the figure it quotes
    sources        jsonb   not null,
    revision       bigint  not null,
    created_at     timestamptz not null,
    updated_at     timestamptz not null,

    primary key (mission, id),
    constraint statement_days_are_in_order check (first_day <= last_day)
);

create index statements_by_day on reporting.statements (mission, first_day);

-- Something that happened around a mission or in it.
create table reporting.timeline_events (
    mission        text   not null,
    id             text   not null,
    kind           text   not null,
    title          text   not null,
    description    text   not null,
    -- A date of which month and day may be unknown; as text it sorts by time.
    happened_on    text   collate "C" not null,
    first_day      date   not null, -- the first and the last day that it can be
    last_day       date   not null,
    date_precision reporting.date_precision not null,
    area           text,
    subject        text,            -- the deployment service's resource that a mission event tells of
    sources        jsonb  not null,
    revision       bigint not null,
    created_at     timestamptz not null,
    updated_at     timestamptz not null,

    primary key (mission, id),
    constraint kind_is_known check (kind in ('political', 'security', 'humanitarian', 'mission')),
    constraint event_days_are_in_order check (first_day <= last_day),
    constraint mission_events_have_a_subject check ((kind = 'mission') = (subject is not null))
);

create index timeline_events_by_date on reporting.timeline_events (mission, happened_on, id);
create index timeline_events_by_subject on reporting.timeline_events (mission, subject)
    where subject is not null;
