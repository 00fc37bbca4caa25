-- Who changed what through the API: one row for each request that was not a mere look.
create table audit_entry (
    id        bigint      generated always as identity primary key,
    tenant_id text        not null,
    at        timestamptz not null,
    key_label text        not null, -- of the API key that the request came with
    action    text        not null  -- method and path
);
create index audit_entry_newest on audit_entry (tenant_id, id desc);
create index audit_entry_age on audit_entry (at);
call kintsugi_protect('audit_entry');
