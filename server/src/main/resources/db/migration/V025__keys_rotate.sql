-- A key that was rotated is good until the overlap ends; its label is the new key's already.
alter table api_key add column replaced_at timestamptz;
drop index api_key_label;
create unique index api_key_label on api_key (tenant_id, label) where revoked_at is null and replaced_at is null;

-- Scopes say what they are for: run (was write), admin of the own tenant, and operate, of the server (was admin).
update api_key set scopes = array_replace(scopes, 'WRITE', 'RUN');
update api_key set scopes = array_append(scopes, 'OPERATE') where 'ADMIN' = any (scopes);

-- What a request changed from and to, where its path does not say it; never a secret.
alter table audit_entry add column detail text;
