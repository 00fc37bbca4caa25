-- A task that is handed out again begins its log anew: offsets of two leases must not meet.
alter table step_log add column token bigint not null default 0;
alter table step_log drop constraint step_log_pkey;
alter table step_log add primary key (tenant_id, lease_key, token, at_byte);
