-- How many repairs of a kind a run tried, and how many of them were verified; counted with its turns.
create table run_repair (
    tenant_id text not null,
    run_id    text not null references run on delete cascade,
    phase     text not null check (phase in ('retry', 'patch', 'replan', 'rollback')),
    tried     int  not null check (tried >= 0),
    verified  int  not null check (verified >= 0),
    primary key (run_id, phase)
);
create index run_repair_tenant on run_repair (tenant_id, phase);
call kintsugi_protect('run_repair');

-- What is deleted by age is found by an index. created_at of a blob is when it was last put.
alter table step_log add column run_id text generated always as
    (split_part(lease_key, ':', case when lease_key like '%:%:%:%' then 2 else 1 end)) stored;
create index step_log_run on step_log (run_id);
create index run_finished on run (finished_at) where finished_at is not null;
create index blob_old on blob (created_at);
create index mb_v4_queue_lease_ended on mb_v4_queue_lease (ended_at) where status in ('done', 'lost', 'cancelled');
create index mb_v4_agent_metrics_old on mb_v4_agent_metrics (timestamp);
create index outbox_ended on outbox (coalesce(delivered_at, dead_at)) where delivered_at is not null or dead_at is not null;
