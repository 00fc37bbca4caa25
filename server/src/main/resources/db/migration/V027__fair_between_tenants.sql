-- Waiting tasks are looked at tenant by tenant, so that one tenant's many do not stand before another's few.
drop index mb_v4_queue_lease_waiting;
create index mb_v4_queue_lease_waiting on mb_v4_queue_lease (queue_name, tenant_id, rank, id) where status = 'queued';
