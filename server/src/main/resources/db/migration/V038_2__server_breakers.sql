-- Circuit breakers of what servers themselves call, each server's own by its home's id. Of no tenant.
create table server_breaker (
    component     text        not null,
    home          text        not null,
    state         text        not null check (state in ('closed', 'open', 'half_open')),
    failure_count integer     not null,
    success_count integer     not null,
    opened_at     timestamptz,
    isolated      boolean     not null,
    since_permit  bigint      not null,
    last_permit   bigint      not null,
    heard_at      timestamptz not null,
    primary key (component, home),
    check ((state = 'closed') = (opened_at is null))
) with (fillfactor = 50);
grant select, insert, update, delete on server_breaker to kintsugi_app, kintsugi_system;
