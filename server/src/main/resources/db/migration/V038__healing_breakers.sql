-- Circuit breakers of components, one for all the processes that call the component. nodes tells, for each process heard of
-- lately, how many failures in a row it reported and when it was heard of: {"web-1": {"failures": 3, "at": "…"}}.
create table healing_breaker (
    tenant_id     text        not null,
    component     text        not null,
    state         text        not null check (state in ('closed', 'open', 'half_open')),
    success_count integer     not null,
    opened_at     timestamptz,
    isolated      boolean     not null,
    since_permit  bigint      not null,
    last_permit   bigint      not null,
    nodes         jsonb       not null,
    updated_at    timestamptz not null,
    primary key (tenant_id, component),
    foreign key (tenant_id, component) references healing_component on delete cascade,
    check ((state = 'closed') = (opened_at is null))
) with (fillfactor = 50);
call kintsugi_protect('healing_breaker');
