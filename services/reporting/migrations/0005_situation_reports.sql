-- A report that is drafted, approved and published.
create table reporting.situation_reports (
    mission      text   not null,
    id           text   not null,
    number       int,             -- null before it is published
    area         text   not null,
    period_start date   not null, -- inclusive
    period_end   date   not null, -- exclusive
    valid_at     timestamptz not null,
    headline     text   not null,
    summary      text[] not null,
    sections     jsonb  not null,
    media        jsonb  not null,
    frozen       bytea  not null, -- muster.reporting.v1.SituationReport: what it was written from
    state        text   not null,
    author       text   not null,
    approver     text,
    approved_at  timestamptz,
    published_at timestamptz,
    revision     bigint not null,
    created_at   timestamptz not null,
    updated_at   timestamptz not null,

    primary key (mission, id),
    constraint report_number_is_used_once unique (mission, number),
    constraint report_numbers_begin_at_one check (1 <= number),
    constraint report_period_holds_a_day check (period_start < period_end),
    constraint report_state_is_known check (state in ('draft', 'approved', 'published')),
    constraint approved_has_who_and_when check (
        (state <> 'draft') = (approver is not null and approved_at is not null)
    ),
    constraint published_has_number_and_when check (
        (state = 'published') = (number is not null and published_at is not null)
    )
);
