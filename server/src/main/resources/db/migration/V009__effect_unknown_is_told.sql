-- A run that waits for word of an effect is told of as one that waits for approval.
alter table outbox
    drop constraint outbox_kind_check,
    add constraint outbox_kind_check check (kind in ('approval_needed', 'effect_unknown'));
