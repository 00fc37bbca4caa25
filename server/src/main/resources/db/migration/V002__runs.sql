-- Runs, their logs, and the queue their work waits in.

create table run (
    tenant_id   text        not null references tenant,
    run_id      text        primary key,
    name        text        not null,
    status      text        not null,
    plan        text        not null,          -- canonical JSON, immutable
    rules       int         not null,          -- the machine's rules it began under
    seq         bigint      not null,          -- of its latest event
    mac         bytea       not null,          -- of its latest event: the head of the chain
    view        text        not null,          -- what clients see, as JSON; follows from the events
    created_at  timestamptz not null,
    finished_at timestamptz,
    submission  text,                          -- the client's idempotency key
    unique (tenant_id, submission)
);
create index run_newest on run (tenant_id, created_at desc, run_id);
create index run_going on run (tenant_id) where finished_at is null;
call kintsugi_protect('run');

-- The truth about a run. body is the event's exact canonical JSON (RFC 8785);
-- mac = HMAC-SHA-256(key, previous mac || seq as 8 bytes || body).
create table run_event (
    tenant_id text        not null,
    run_id    text        not null references run on delete cascade,
    seq       bigint      not null,
    body      bytea       not null,
    mac       bytea       not null,
    notes     text        not null,            -- what was decided, as JSON; follows from the events
    primary key (run_id, seq)
);
call kintsugi_protect('run_event');

-- What happened and was not yet taken up by a turn.
create table run_inbox (
    id        bigint      generated always as identity primary key,
    tenant_id text        not null,
    run_id    text        not null references run on delete cascade,
    body      text        not null
);
create index run_inbox_run on run_inbox (run_id, id);
call kintsugi_protect('run_inbox');

create table run_timer (
    tenant_id text        not null,
    run_id    text        not null references run on delete cascade,
    timer     text        not null,
    due_at    timestamptz not null,
    primary key (run_id, timer)
);
create index run_timer_due on run_timer (due_at);
call kintsugi_protect('run_timer');

create table run_snapshot (
    tenant_id text        not null,
    run_id    text        primary key references run on delete cascade,
    seq       bigint      not null,
    state     bytea       not null
);
call kintsugi_protect('run_snapshot');

-- The queue: one row a task, from its dispatch to its end. worker_id, acquired_at, expires_at and last_heartbeat are of
-- the latest lease; token is its fencing token. rank orders the waiting: the time it became available, earlier by its
-- priority's head start, in milliseconds.
create sequence queue_fence;
create table mb_v4_queue_lease (
    id             bigint      generated always as identity primary key,
    worker_id      text,
    queue_name     text        not null check (queue_name in ('cpu', 'io', 'llm', 'high', 'low')),
    tenant_id      text        not null,
    lease_key      text        not null unique,
    acquired_at    timestamptz,
    expires_at     timestamptz,
    last_heartbeat timestamptz,
    status         text        not null check (status in ('queued', 'leased', 'done', 'lost', 'cancelled')),
    run_id         text        not null,
    kind           text        not null,
    rank           bigint      not null,
    available_at   timestamptz not null,
    token          bigint      not null default 0,
    leases         int         not null default 0,
    ended_at       timestamptz,
    task           text        not null
) with (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.02);
create index mb_v4_queue_lease_waiting on mb_v4_queue_lease (queue_name, rank, id) where status = 'queued';
create index mb_v4_queue_lease_leased on mb_v4_queue_lease (queue_name, expires_at) where status = 'leased';
create index mb_v4_queue_lease_run on mb_v4_queue_lease (run_id) where status in ('queued', 'leased');
call kintsugi_protect('mb_v4_queue_lease');
grant usage on sequence queue_fence to kintsugi_system;

-- How much work of a class may be done at once, over all workers. Claims of a class take its row, so that the limit is
-- exact.
create table queue_class (
    queue_name text primary key,
    max_leased int  not null check (max_leased between 0 and 100000)
);
insert into queue_class values ('cpu', 64), ('io', 256), ('llm', 32), ('high', 64), ('low', 16);
grant select, update on queue_class to kintsugi_system;
grant select on queue_class to kintsugi_app;

-- The output of attempts, in pieces; redacted before it comes here.
create table step_log (
    tenant_id text   not null,
    lease_key text   not null,
    at_byte   bigint not null,
    bytes     bytea  not null,
    primary key (tenant_id, lease_key, at_byte)
);
call kintsugi_protect('step_log');

create table mb_v4_run_budget (
    id           bigint      generated always as identity primary key,
    run_id       text        not null references run on delete cascade,
    tenant_id    text        not null,
    budget_type  text        not null check (budget_type in ('time', 'cost', 'attempts')),
    budget_limit bigint      not null check (budget_limit >= 0),
    budget_used  bigint      not null default 0 check (budget_used >= 0),
    budget_unit  text        not null check (budget_unit in ('ms', 'nano_usd', 'attempts')),
    created_at   timestamptz not null,
    updated_at   timestamptz not null,
    exceeded_at  timestamptz,
    unique (run_id, budget_type)
);
call kintsugi_protect('mb_v4_run_budget');

create table mb_v4_circuit_breaker (
    id              bigint      generated always as identity primary key,
    tenant_id       text        not null,
    failure_class   text        not null check (failure_class in ('lint', 'test', 'infra', 'security', 'runtime')),
    failure_count   int         not null default 0,
    threshold       int         not null,
    state           text        not null check (state in ('closed', 'open', 'half_open')),
    opened_at       timestamptz,
    cooldown_until  timestamptz,
    last_failure_at timestamptz,
    created_at      timestamptz not null,
    updated_at      timestamptz not null,
    success_count   int         not null default 0,
    isolated        boolean     not null default false,
    since_permit    bigint      not null default 0,
    last_permit     bigint      not null default 0,
    probe_permit    bigint      not null default 0,
    probe_until     timestamptz,
    unique (tenant_id, failure_class)
);
call kintsugi_protect('mb_v4_circuit_breaker');

create table mb_v4_agent_metrics (
    id           bigint      generated always as identity primary key,
    tenant_id    text        not null,
    agent_name   text        not null,
    queue_name   text        not null,
    metric_type  text        not null,
    metric_value double precision not null,
    metric_unit  text        not null,
    timestamp    timestamptz not null,
    metadata     text
);
create index mb_v4_agent_metrics_time on mb_v4_agent_metrics (tenant_id, timestamp);
call kintsugi_protect('mb_v4_agent_metrics');
