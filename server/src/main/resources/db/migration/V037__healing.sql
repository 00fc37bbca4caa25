-- What calls go to, as tenants registered it or reported of it. status, better and worst_of_better are its level, held down.
create table healing_component (
    tenant_id           text        not null references tenant,
    component           text        not null check (component ~ '^[A-Za-z0-9][A-Za-z0-9._:-]{0,99}$'),
    critical            boolean     not null default false,
    breaker             boolean     not null default false,
    failure_threshold   integer     not null,
    success_threshold   integer     not null,
    timeout_ms          bigint      not null,
    half_open_max_calls integer     not null,
    status              text        not null default 'insufficient_data',
    better              integer     not null default 0,
    worst_of_better     text        not null default 'insufficient_data',
    checked_at          timestamptz,
    registered_at       timestamptz not null,
    primary key (tenant_id, component)
) with (fillfactor = 70);
call kintsugi_protect('healing_component');

-- Calls of half a minute; kept for as long as the window.
create table healing_slice (
    tenant_id text        not null,
    component text        not null,
    slice     timestamptz not null,
    successes bigint      not null,
    failures  bigint      not null,
    criticals bigint      not null,
    timed     bigint      not null,
    nanos     bigint      not null,
    primary key (tenant_id, component, slice),
    foreign key (tenant_id, component) references healing_component on delete cascade
) with (fillfactor = 50);
call kintsugi_protect('healing_slice');

-- The last failures of each component.
create table healing_error (
    id         bigint      generated always as identity primary key,
    tenant_id  text        not null,
    component  text        not null,
    at         timestamptz not null,
    error_id   text,
    severity   text        not null,
    category   text        not null,
    operation  text        not null,
    message    text        not null,
    request_id text,
    user_id    text,
    foreign key (tenant_id, component) references healing_component on delete cascade
);
create index healing_error_newest on healing_error (tenant_id, component, id desc);
call kintsugi_protect('healing_error');

-- The last recoveries of each tenant.
create table healing_recovery (
    id          bigint           generated always as identity primary key,
    tenant_id   text             not null,
    at          timestamptz      not null,
    component   text             not null,
    operation   text             not null,
    action      text             not null,
    outcome     text             not null check (outcome in ('failed', 'contained', 'recovered', 'verified')),
    attempts    integer          not null,
    duration_ms double precision not null,
    message     text             not null
);
create index healing_recovery_newest on healing_recovery (tenant_id, id desc);
call kintsugi_protect('healing_recovery');

-- All recoveries, counted.
create table healing_recovery_count (
    tenant_id   text             not null,
    component   text             not null,
    action      text             not null,
    failed      bigint           not null,
    contained   bigint           not null,
    recovered   bigint           not null,
    verified    bigint           not null,
    duration_ms double precision not null,
    primary key (tenant_id, component, action),
    foreign key (tenant_id, component) references healing_component on delete cascade
) with (fillfactor = 50);
call kintsugi_protect('healing_recovery_count');

-- Reports that were taken, so that none is taken twice.
create table healing_batch (
    tenant_id text        not null,
    batch_id  text        not null check (length(batch_id) between 1 and 100),
    at        timestamptz not null,
    primary key (tenant_id, batch_id)
);
create index healing_batch_age on healing_batch (tenant_id, at);
call kintsugi_protect('healing_batch');

-- Whose components are checked again and again.
create table healing_monitoring (
    tenant_id     text        primary key references tenant,
    active        boolean     not null,
    rounds        bigint      not null default 0,
    last_round_at timestamptz
);
create index healing_monitoring_due on healing_monitoring (last_round_at nulls first) where active;
call kintsugi_protect('healing_monitoring');
