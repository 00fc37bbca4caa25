-- Patches that mended a failure before, by its fingerprint. patch_id follows from fingerprint and content as it was
-- learned, so that learning the same twice counts up; it stays when the lines stand elsewhere later.
create table learned_patch (
    tenant_id      text        not null references tenant,
    fingerprint    text        not null,
    patch_id       text        not null,
    patch          text        not null,          -- as JSON
    diff           text        not null,          -- unified; empty for patches of the step
    verified_count int         not null check (verified_count > 0),
    refused_count  int         not null check (refused_count >= 0),
    learned_at     timestamptz not null,
    last_used_at   timestamptz not null,
    primary key (tenant_id, fingerprint, patch_id)
);
call kintsugi_protect('learned_patch');
