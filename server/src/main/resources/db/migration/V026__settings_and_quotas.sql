-- Who set it: the tenant itself, or the platform for this tenant, which holds for it as if it were the platform's.
alter table setting add column set_by text not null default 'tenant' check (set_by in ('platform', 'tenant'));
alter table setting drop constraint setting_pkey;
alter table setting add primary key (tenant_id, name, set_by);

-- What a tenant's runs cost, by the day (UTC) it was settled on. No reference to tenant: it would lock that row.
create table tenant_spending (
    tenant_id text   not null,
    day       date   not null,
    nano_usd  bigint not null check (nano_usd >= 0),
    primary key (tenant_id, day)
) with (fillfactor = 50);
call kintsugi_protect('tenant_spending');
