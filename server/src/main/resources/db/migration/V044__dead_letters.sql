-- Calls of a tenant's processes that were given up for the request's own fault, the last of each tenant.
create table healing_dead_letter (
    id         bigint      generated always as identity primary key,
    tenant_id  text        not null,
    at         timestamptz not null,
    component  text        not null,
    operation  text        not null,
    category   text        not null,
    reason     text        not null,
    error_id   text,
    request_id text,
    user_id    text,
    count      integer     not null
);
create index healing_dead_letter_newest on healing_dead_letter (tenant_id, id desc);
call kintsugi_protect('healing_dead_letter');
