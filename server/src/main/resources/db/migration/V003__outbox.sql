-- What is to be told to others, written in the transaction of what happened and delivered afterwards, at least once.
-- claimed rows have next_at in the future: whoever took them and died leaves them to the next.
create table outbox (
    id           bigint      generated always as identity primary key,
    tenant_id    text        not null references tenant,
    kind         text        not null check (kind in ('approval_needed')),
    body         text        not null,          -- JSON, as it is sent
    created_at   timestamptz not null,
    next_at      timestamptz not null,
    tries        int         not null default 0,
    delivered_at timestamptz,
    dead_at      timestamptz,
    reason       text                           -- why the latest try failed
);
create index outbox_waiting on outbox (next_at) where delivered_at is null and dead_at is null;
call kintsugi_protect('outbox');
