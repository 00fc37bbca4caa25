-- When a server last could write, by its home's id. Of no tenant.
create table server_pulse (
    home text        primary key,
    at   timestamptz not null
) with (fillfactor = 50);
grant select, insert, update, delete on server_pulse to kintsugi_app, kintsugi_system;
