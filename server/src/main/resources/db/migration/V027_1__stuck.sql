-- What was last seen of a lease's progress, and since when, by the database's clock: the only one that is the same for all.
alter table mb_v4_queue_lease add column seen_token bigint;
alter table mb_v4_queue_lease add column seen_progress text;
alter table mb_v4_queue_lease add column seen_bytes bigint;
alter table mb_v4_queue_lease add column seen_at timestamptz;

-- What of a run makes no progress, as it was judged last; of a task, or of the run as a whole when task_key is empty.
create table stuck (
    tenant_id text        not null,
    run_id    text        not null references run on delete cascade,
    task_key  text        not null,
    reason    text        not null,
    since     timestamptz not null,
    primary key (run_id, task_key)
);
create index stuck_tenant on stuck (tenant_id, run_id);
call kintsugi_protect('stuck');

alter table outbox
    drop constraint outbox_kind_check,
    add constraint outbox_kind_check check (kind in ('approval_needed', 'effect_unknown', 'stuck'));
