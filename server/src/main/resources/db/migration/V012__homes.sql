-- A run's repository lies in the home of the server that took the run in: only a worker of that home can do its work.
alter table run add column home text;               -- null: the run has no workspace, any server may do its work
alter table mb_v4_queue_lease add column home text; -- as the run's
