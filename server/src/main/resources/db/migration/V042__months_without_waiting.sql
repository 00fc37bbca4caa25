-- A month is made beside the history and then attached, which keeps nobody who reads or writes waiting, as making it in its place
-- did. A month is dropped only in a moment in which nobody is at the history; else an hour later.
create or replace function kintsugi_history_month(at timestamptz) returns void
    language plpgsql security definer set search_path = public, pg_temp set lock_timeout = '5s' as $$
declare
    first  timestamp   := date_trunc('month', at at time zone 'UTC');
    begins timestamptz := first at time zone 'UTC';
    ends   timestamptz := (first + interval '1 month') at time zone 'UTC';
    suffix text        := to_char(first, '_YYYY_MM');
    parent text;
begin
    if to_regclass('run_repair_history' || suffix) is not null then
        return;
    end if;
    perform pg_advisory_xact_lock(hashtext('kintsugi_history'));
    foreach parent in array array['run_history', 'run_event_history', 'run_budget_history', 'run_repair_history'] loop
        if to_regclass(parent || suffix) is null then
            execute format('create table %I (like %I including defaults including storage)', parent || suffix, parent);
            execute format('alter table %I enable row level security, force row level security', parent || suffix);
            execute format('create policy owner_looks on %I for select to %I using (true)', parent || suffix, current_user);
            execute format('alter table %I attach partition %I for values from (%L) to (%L)', parent, parent || suffix, begins,
                ends);
        end if;
    end loop;
end $$;
alter function kintsugi_drop_empty_months(timestamptz) set lock_timeout = '200ms';
