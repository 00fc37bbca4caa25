-- Agents offered by workers elsewhere: a task for one is leased only to workers that offer it.
alter table mb_v4_queue_lease add column agent text;
alter table mb_v4_queue_lease add column progress text; -- what the worker said last of how far it is
alter table mb_v4_queue_lease add column max_ms bigint not null default 0; -- an agent's time for it

-- Workers in processes of their own, as they said of themselves.
create table worker (
    tenant_id  text        not null,
    worker_id  text        not null,
    slots      text        not null, -- JSON: how many tasks of each class at once
    agents     text        not null, -- JSON: names
    labels     text        not null, -- JSON
    capacity   int         not null,
    first_seen timestamptz not null,
    last_seen  timestamptz not null,
    primary key (tenant_id, worker_id)
);
call kintsugi_protect('worker');
