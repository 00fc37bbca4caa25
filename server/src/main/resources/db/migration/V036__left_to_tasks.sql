-- Keys of the cancelled tasks whose workers may still be at what is left to them until free_at. Empty: its step holds it, or
-- waits for it.
alter table step_wait add column left_to text[] not null default '{}';
