-- When a lock comes back whose step was taken from a worker that may still be at it: when that worker's lease runs out, or
-- sooner, as soon as it says that it has stopped. Null: its step holds it, or waits for it.
alter table step_wait add column free_at timestamptz;

-- Cancelled work of runs that give locks back.
create index mb_v4_queue_lease_cancelled on mb_v4_queue_lease (run_id) where status = 'cancelled';
