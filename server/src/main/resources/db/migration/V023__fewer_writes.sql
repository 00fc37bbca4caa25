-- A turn writes many rows, and each of these rows was looked up in run besides. What belongs to a run is written by
-- whoever holds its row, so there it is; it goes when the run goes, by one statement for all runs that are deleted.
alter table run_event drop constraint run_event_run_id_fkey;
alter table run_timer drop constraint run_timer_run_id_fkey;
alter table mb_v4_run_budget drop constraint mb_v4_run_budget_run_id_fkey;

create function kintsugi_forget_runs() returns trigger language plpgsql as $$
begin
    delete from run_event where run_id in (select run_id from gone);
    delete from run_timer where run_id in (select run_id from gone);
    delete from mb_v4_run_budget where run_id in (select run_id from gone);
    return null;
end $$;
create trigger run_gone after delete on run referencing old table as gone
    for each statement execute function kintsugi_forget_runs();

-- A run's row changes with every turn. Its plan never does, so it is kept beside the row, and the rest of the page is
-- left for the row's next versions, which then need no new entries in the indexes.
alter table run alter column plan set storage external;
alter table run alter column view set storage main;
alter table run set (toast_tuple_target = 256, fillfactor = 60);
alter table mb_v4_run_budget set (fillfactor = 70);
