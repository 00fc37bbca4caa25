package dev.kintsugi.server.run.machine;

import dev.kintsugi.client.event.Phase;
import dev.kintsugi.client.plan.Step.Priority;
import dev.kintsugi.client.plan.Step.QueueClass;
import dev.kintsugi.client.task.Task;
import dev.kintsugi.client.task.TaskKind;
import dev.kintsugi.client.task.TaskResult.Usage;
import dev.kintsugi.server.run.machine.RunState.Reserved;
import dev.kintsugi.server.run.machine.RunState.TaskRef;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.pcollections.PSortedMap;

/**
 * What a run has in flight and what it has used, during one decision: tasks are handed out, settled
 * and taken back together with what was set aside for them.
 */
final class Books {
    private final Course course;
    private final Instant now;
    private final Holds holds;
    private final List<RunAction> actions;
    private PSortedMap<String, TaskRef> tasks;
    private Spent spent;

    /**
     * @param holds decides which tasks are handed out at once
     * @param actions where what follows is added
     */
    Books(Course course, Instant now, RunState from, Holds holds, List<RunAction> actions) {
        this.course = course;
        this.now = now;
        this.holds = holds;
        this.actions = actions;
        tasks = from.tasks();
        spent = from.spent();
    }

    /** What is in the queue or with workers, by key. */
    PSortedMap<String, TaskRef> tasks() {
        return tasks;
    }

    Spent spent() {
        return spent;
    }

    /** Money that is gone. */
    long costNanoUsd() {
        return spent.costNanoUsd();
    }

    /** Money that is set aside for what is in flight. */
    long reservedNanoUsd() {
        return spent.reservedNanoUsd();
    }

    /** Money that is gone or set aside. */
    long committedNanoUsd() {
        return costNanoUsd() + reservedNanoUsd();
    }

    /** Repair attempts. */
    int attempts() {
        return spent.attempts();
    }

    void count(Phase phase) {
        spent = spent.counted(phase, 1);
    }

    void countAttempt() {
        spent = spent.attempted(1);
    }

    int nextRecheck() {
        spent = spent.rechecked();
        return spent.rechecks();
    }

    /**
     * Hands a task out, at once or when its step has what it waits for. What it may cost is set
     * aside once, however often it is lost.
     */
    void dispatch(Task task, int position, Duration delay) {
        if (!tasks.containsKey(task.key())) {
            var cost = cost(task.kind(), position);
            if (cost > 0) {
                spent = spent.setAside(cost);
                actions.add(new RunAction.ReserveCost(cost));
            }
            var ref = new TaskRef(task.kind(), position, task.attempt(), 0, null, cost);
            tasks = tasks.plus(task.key(), ref);
        }
        if (holds.lets(task.kind(), position, task.attempt())) {
            actions.add(
                    new RunAction.Dispatch(task, queue(task, position), priority(position), delay));
        }
    }

    /** Only a step's own work has a price; a compensation is never too dear. */
    private long cost(TaskKind kind, int position) {
        return switch (kind) {
            case STEP, RECHECK ->
                    Objects.requireNonNullElse(course.step(position).costNanoUsd(), 0L);
            case PREPARE, MEND, UNDO, DELIVER, RECONCILE -> 0;
        };
    }

    private QueueClass queue(Task task, int position) {
        return switch (task.kind()) {
            case STEP, RECHECK, UNDO, RECONCILE -> course.step(position).queue();
            case PREPARE, MEND, DELIVER -> QueueClass.IO;
        };
    }

    private Priority priority(int position) {
        return position < 0 ? Priority.HIGH : course.step(position).priority();
    }

    /**
     * Takes a task that ended off the books and pays for it; null when it was not, or no longer, on
     * them.
     */
    @Nullable TaskRef settle(String key, Usage usage) {
        var known = tasks.get(key);
        if (known != null) {
            tasks = tasks.minus(key);
            pay(known.cost(), usage.costNanoUsd());
            if (known.reserved() != null) {
                actions.add(new RunAction.SettleAttempt());
            }
        }
        return known;
    }

    /** The same for kinds of which a run has at most one task at a time. */
    @Nullable TaskRef settleKind(TaskKind kind, Usage usage) {
        for (var entry : tasks.entrySet()) {
            if (entry.getValue().kind() == kind) {
                return settle(entry.getKey(), usage);
            }
        }
        return null;
    }

    /**
     * @param setAside what had been set aside for it, 0 when nothing
     */
    void pay(long setAside, long nanoUsd) {
        if (setAside > 0 || nanoUsd > 0) {
            spent = spent.paid(setAside, nanoUsd);
            actions.add(new RunAction.SettleCost(setAside, nanoUsd));
        }
    }

    void lost(String key, TaskRef task) {
        tasks = tasks.plus(key, task.lostOnce());
    }

    /** The task handed out is the repair attempt that was reserved. */
    void reserved(String key, Phase phase, Duration delay) {
        var task = Objects.requireNonNull(tasks.get(key), key);
        tasks = tasks.plus(key, task.with(new Reserved(phase, now.plus(delay))));
    }

    /** Takes tasks back. A repair attempt that cannot have begun yet counts as none. */
    void cancel(List<String> keys) {
        if (!keys.isEmpty()) {
            keys.forEach(key -> giveUp(tasks.get(key)));
            tasks = tasks.minusAll(keys);
            actions.add(new RunAction.CancelTasks(keys));
        }
    }

    private void giveUp(@Nullable TaskRef task) {
        if (task == null) {
            return;
        }
        pay(task.cost(), 0);
        var reserved = task.reserved();
        if (reserved != null && now.isBefore(reserved.due())) {
            spent = spent.counted(reserved.phase(), -1).attempted(-1);
            actions.add(new RunAction.ReleaseAttempt());
        } else if (reserved != null) {
            actions.add(new RunAction.SettleAttempt());
            actions.add(new RunAction.CountAttempt(reserved.phase(), false));
        }
    }
}
