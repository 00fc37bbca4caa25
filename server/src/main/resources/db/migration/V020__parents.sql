-- A run may be started from another one: to do part of it again, or by a step of it.
alter table run add column parent text; -- no reference: the parent may be deleted before
create index run_parent on run (tenant_id, parent) where parent is not null;
