-- Recoveries that ended alike are reported as one, with their number.
alter table healing_recovery add column count integer not null default 1;
