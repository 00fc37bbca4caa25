-- Steps that wait for locks and other runs, and steps that hold locks. id is the ticket: the order of asking. rank orders
-- the line: when it came into it, earlier by its priority's head start, in milliseconds. locks are the names in asked.
create table step_wait (
    id        bigint      generated always as identity primary key,
    tenant_id text        not null,
    run_id    text        not null references run on delete cascade,
    step      text        not null,
    state     text        not null check (state in ('for_runs', 'in_line', 'held')),
    rank      bigint      not null,
    since     timestamptz not null,
    locks     text[]      not null,
    asked     text        not null                 -- as JSON
);
create index step_wait_tenant on step_wait (tenant_id, id);
create index step_wait_run on step_wait (run_id);
create index step_wait_locks on step_wait using gin (locks);
call kintsugi_protect('step_wait');

-- What a waiting run waits for: approval, effect_unknown, lock or run.
alter table run add column waiting_for text;
