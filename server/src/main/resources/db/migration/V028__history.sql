-- What has ended lies in tables of its own, in one partition for each month (UTC) of the runs' ends: the tables that are
-- worked on stay small, however much is kept, and space comes back by dropping a partition.
create table run_history (
    tenant_id    text        not null,
    run_id       text        not null,
    name         text        not null,
    status       text        not null,
    plan         text        not null,
    rules        int         not null,
    seq          bigint      not null,
    mac          bytea       not null,
    view         text        not null,
    created_at   timestamptz not null,
    finished_at  timestamptz not null,
    submission   text,
    home         text,
    waiting_for  text,
    parent       text,
    snapshot_seq bigint,                            -- as in run_snapshot
    snapshot     bytea,
    contents     text[]      not null,              -- hashes that its events name; most are in table blob
    primary key (run_id, finished_at)
) partition by range (finished_at);
create index run_history_newest on run_history (tenant_id, created_at desc, run_id desc);
create index run_history_ended on run_history (tenant_id, finished_at);
create index run_history_submission on run_history (tenant_id, submission) where submission is not null;
create index run_history_parent on run_history (tenant_id, parent) where parent is not null;
create index run_history_contents on run_history using gin (contents);
call kintsugi_protect('run_history');

create table run_event_history (
    tenant_id   text        not null,
    run_id      text        not null,
    finished_at timestamptz not null,               -- the run's, as in the tables below
    seq         bigint      not null,
    body        bytea       not null,
    mac         bytea       not null,
    notes       text        not null,
    primary key (run_id, seq, finished_at)
) partition by range (finished_at);
call kintsugi_protect('run_event_history');

create table run_budget_history (
    tenant_id    text        not null,
    run_id       text        not null,
    finished_at  timestamptz not null,
    budget_type  text        not null,
    budget_limit bigint      not null,
    budget_used  bigint      not null,
    exceeded_at  timestamptz,
    primary key (run_id, budget_type, finished_at)
) partition by range (finished_at);
create index run_budget_history_tenant on run_budget_history (tenant_id, budget_type);
call kintsugi_protect('run_budget_history');

create table run_repair_history (
    tenant_id   text        not null,
    run_id      text        not null,
    finished_at timestamptz not null,
    phase       text        not null,
    tried       int         not null,
    verified    int         not null,
    primary key (run_id, phase, finished_at)
) partition by range (finished_at);
create index run_repair_history_tenant on run_repair_history (tenant_id, phase);
call kintsugi_protect('run_repair_history');

-- Both, for those who look; each sees what the policies of the tables let it see.
create view every_run with (security_invoker = true) as
    select tenant_id, run_id, name, status, plan, rules, seq, mac, view, created_at, finished_at, submission, home,
           waiting_for, parent from run
    union all
    select tenant_id, run_id, name, status, plan, rules, seq, mac, view, created_at, finished_at, submission, home,
           waiting_for, parent from run_history;
create view every_budget with (security_invoker = true) as
    select tenant_id, run_id, budget_type, budget_used from mb_v4_run_budget
    union all
    select tenant_id, run_id, budget_type, budget_used from run_budget_history;
create view every_repair with (security_invoker = true) as
    select tenant_id, run_id, phase, tried, verified from run_repair
    union all
    select tenant_id, run_id, phase, tried, verified from run_repair_history;
grant select on every_run, every_budget, every_repair to kintsugi_app, kintsugi_system;

-- Hashes of contents that an event names, also through its list of artifacts.
create function kintsugi_named(whose text, event text) returns setof text language sql stable as $$
    select found[1] from regexp_matches(event, '[0-9a-f]{64}', 'g') found
    union
    select kept[1] from regexp_matches(event, '"artifacts":"([0-9a-f]{64})"', 'g') list
        join blob on blob.tenant_id = whose and blob.hash = list[1],
        regexp_matches(convert_from(blob.content, 'UTF8'), '[0-9a-f]{64}', 'g') kept
$$;

-- Partitions belong to the owner, so it makes and drops them, asked by the server. Nobody may use one but through its table.
-- Row-level security binds the owner too, which must see whether a partition is empty.
create function kintsugi_history_month(at timestamptz) returns void
    language plpgsql security definer set search_path = public, pg_temp set lock_timeout = '5s' as $$
declare
    first  timestamp := date_trunc('month', at at time zone 'UTC');
    suffix text      := to_char(first, '_YYYY_MM');
    parent text;
begin
    if to_regclass('run_repair_history' || suffix) is not null then
        return;
    end if;
    perform pg_advisory_xact_lock(hashtext('kintsugi_history'));
    foreach parent in array array['run_history', 'run_event_history', 'run_budget_history', 'run_repair_history'] loop
        if to_regclass(parent || suffix) is null then
            execute format('create table %I partition of %I for values from (%L) to (%L)', parent || suffix, parent,
                first at time zone 'UTC', (first + interval '1 month') at time zone 'UTC');
            execute format('alter table %I enable row level security, force row level security', parent || suffix);
            execute format('create policy owner_looks on %I for select to %I using (true)', parent || suffix, current_user);
        end if;
    end loop;
end $$;

-- Drops the partitions of months that were over then and in which nothing is left. Returns how many months.
create function kintsugi_drop_empty_months(before timestamptz) returns int
    language plpgsql security definer set search_path = public, pg_temp set lock_timeout = '5s' as $$
declare
    parents text[] := array['run_history', 'run_event_history', 'run_budget_history', 'run_repair_history'];
    month   text;
    parent  text;
    filled  boolean;
    dropped int := 0;
begin
    perform pg_advisory_xact_lock(hashtext('kintsugi_history'));
    for month in
        select right(part.relname, 8) from pg_inherits join pg_class part on part.oid = inhrelid
        where inhparent = 'run_history'::regclass
          and (to_date(right(part.relname, 7), 'YYYY_MM') + interval '1 month') at time zone 'UTC' <= before
    loop
        execute format('select exists (select from %I)', 'run_history' || month) into filled;
        continue when filled;
        foreach parent in array parents loop
            execute format('lock table %I in access exclusive mode', parent || month);
            execute format('select exists (select from %I)', parent || month) into filled;
            exit when filled;
        end loop;
        continue when filled;
        foreach parent in array parents loop
            execute format('drop table %I', parent || month);
        end loop;
        dropped := dropped + 1;
    end loop;
    return dropped;
end $$;
revoke execute on function kintsugi_history_month(timestamptz), kintsugi_drop_empty_months(timestamptz) from public;
grant execute on function kintsugi_history_month(timestamptz), kintsugi_drop_empty_months(timestamptz) to kintsugi_system;
