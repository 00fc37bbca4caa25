-- What is set aside for work that has not ended.
alter table mb_v4_run_budget
    add column budget_reserved bigint not null default 0 check (budget_reserved >= 0);
