-- What the outside system answered to a step with effects: once, handed in before the step's end: whoever ends the
-- lease takes it along, so that a step is never repeated whose effect is known.
alter table mb_v4_queue_lease add column receipt text;
