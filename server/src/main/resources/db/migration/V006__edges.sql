-- A value that follows from the key of the event chains, so that all servers of this database have the same. Written and
-- read by the owner at each start.
create table chain_key (
    only_row    boolean primary key default true check (only_row),
    check_value bytea   not null
);

-- Runs are listed by (created_at, run_id), both newest first.
drop index run_newest;
create index run_newest on run (tenant_id, created_at desc, run_id desc);

-- The label of a revoked key may be used again.
alter table api_key drop constraint api_key_tenant_id_label_key;
create unique index api_key_label on api_key (tenant_id, label) where revoked_at is null;
