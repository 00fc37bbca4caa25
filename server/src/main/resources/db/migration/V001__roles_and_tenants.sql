-- Roles, tenants and what every tenant has. Needs PostgreSQL 16 or newer (grants that are not inherited).
--
-- kintsugi_app     what the server logs in as; sees the rows of the tenant named by the setting kintsugi.tenant, none without it
-- kintsugi_system  sees every tenant's rows; nobody logs in as it, the server reaches it by SET LOCAL ROLE
--
-- Roles belong to the cluster, not to the database, so they may exist already.
do $$
begin
    create role kintsugi_app noinherit;
exception when duplicate_object or unique_violation then null;
end $$;
do $$
begin
    create role kintsugi_system nologin;
exception when duplicate_object or unique_violation then null;
end $$;
-- Not inherited: the policies and rights of kintsugi_system hold only after SET LOCAL ROLE.
grant kintsugi_system to kintsugi_app with inherit false, set true;

revoke create on schema public from public;
grant usage on schema public to kintsugi_app, kintsugi_system;

-- The policies of one tenant table, and the rights on it. The table needs a column tenant_id. Every migration that
-- adds such a table calls it: call kintsugi_protect('run');
create procedure kintsugi_protect(protected regclass) language plpgsql as $$
begin
    execute format('alter table %s enable row level security, force row level security', protected);
    execute format(
        'create policy own_tenant on %s to kintsugi_app'
        ' using (tenant_id = (select current_setting(''kintsugi.tenant'', true)))'
        ' with check (tenant_id = (select current_setting(''kintsugi.tenant'', true)))', protected);
    execute format('create policy every_tenant on %s to kintsugi_system using (true) with check (true)', protected);
    execute format('grant select, insert, update, delete on %s to kintsugi_app, kintsugi_system', protected);
end $$;
revoke execute on procedure kintsugi_protect(regclass) from public;

create table tenant (
    tenant_id  text        primary key check (tenant_id ~ '^[a-z][a-z0-9-]{0,39}$'),
    created_at timestamptz not null
);
call kintsugi_protect('tenant');

-- Only the SHA-256 of a key is kept; the key itself is shown once, when it is made.
create table api_key (
    hash       bytea       primary key check (length(hash) = 32),
    tenant_id  text        not null references tenant,
    label      text        not null check (length(label) between 1 and 100),
    scopes     text[]      not null,
    created_at timestamptz not null,
    expires_at timestamptz,
    revoked_at timestamptz,
    unique (tenant_id, label)
);
call kintsugi_protect('api_key');

-- Content by its SHA-256 in hexadecimal. No reference to tenant: it would lock that row for every blob.
create table blob (
    tenant_id  text        not null,
    hash       text        not null check (length(hash) = 64),
    content    bytea       not null,
    created_at timestamptz not null default now(),
    primary key (tenant_id, hash)
);
call kintsugi_protect('blob');

-- What a tenant has set for itself; what is absent holds as the platform sets it.
create table setting (
    tenant_id  text        not null references tenant,
    name       text        not null,
    value      text        not null,
    updated_at timestamptz not null,
    primary key (tenant_id, name)
);
call kintsugi_protect('setting');
