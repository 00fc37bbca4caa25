-- Each new row costs the database an entry in every index of its table. What nothing looks for has no index any more.

-- A task and a budget are known by their keys.
alter table mb_v4_queue_lease
    drop constraint mb_v4_queue_lease_pkey,
    drop constraint mb_v4_queue_lease_lease_key_key;
alter table mb_v4_queue_lease add primary key (lease_key);
alter table mb_v4_run_budget
    drop constraint mb_v4_run_budget_pkey,
    drop constraint mb_v4_run_budget_run_id_budget_type_key;
alter table mb_v4_run_budget add primary key (run_id, budget_type);

-- A run is begun by somebody who showed a key of its tenant, and no tenant is ever deleted.
alter table run drop constraint run_tenant_id_fkey;

-- Most runs are submitted without a key of their own.
alter table run drop constraint run_tenant_id_submission_key;
create unique index run_submission on run (tenant_id, submission) where submission is not null;

-- Measurements come in the order of their times.
drop index mb_v4_agent_metrics_old;
create index mb_v4_agent_metrics_old on mb_v4_agent_metrics using brin (timestamp);
