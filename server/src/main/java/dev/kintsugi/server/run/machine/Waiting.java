package dev.kintsugi.server.run.machine;

import dev.kintsugi.client.event.Note;
import dev.kintsugi.client.event.RunEvent.Obstacle;
import dev.kintsugi.client.event.RunEvent.RecheckEnded;
import dev.kintsugi.client.event.RunEvent.StepFailed;
import dev.kintsugi.client.event.RunEvent.UndoEnded;
import dev.kintsugi.client.event.RunEvent.WaitBegun;
import dev.kintsugi.client.event.RunEvent.WaitEnded;
import dev.kintsugi.client.task.TaskKind;
import dev.kintsugi.client.task.TaskResult.Usage;
import dev.kintsugi.healing.Failure;
import dev.kintsugi.server.run.machine.RunState.TaskRef;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.stream.Collectors;

/**
 * Steps that wait for locks and other runs. Their tasks are on the books from the start, so that
 * they can be cancelled and have their price set aside, but are handed out only when the wait is
 * over.
 */
final class Waiting {
    private final Course course;
    private final Repairs repairs;
    private final Endings endings;
    private final BiConsumer<Draft, TaskRef> handOut;

    /**
     * @param handOut puts a task that is on the books in the queue
     */
    Waiting(Course course, Repairs repairs, Endings endings, BiConsumer<Draft, TaskRef> handOut) {
        this.course = course;
        this.repairs = repairs;
        this.endings = endings;
        this.handOut = handOut;
    }

    void begun(Draft draft, WaitBegun begun) {
        var position = course.position(begun.step());
        if (draft.holds().open(position, begun.number()) == null) {
            return;
        }
        var forLocks = begun.on().stream().anyMatch(on -> on.lock() != null);
        draft.holds().begun(position, forLocks ? Hold.Status.FOR_LOCKS : Hold.Status.FOR_RUNS);
        remark(
                draft,
                position,
                "waits for "
                        + begun.on().stream()
                                .map(Waiting::told)
                                .collect(Collectors.joining(" and ")));
    }

    private static String told(Obstacle on) {
        var runs = String.join(", ", on.runs());
        return on.lock() == null
                ? "run " + runs
                : "lock %s%s"
                        .formatted(on.lock(), runs.isEmpty() ? "" : ", before it: run " + runs);
    }

    void ended(Draft draft, WaitEnded ended) {
        var position = course.position(ended.step());
        var hold = draft.holds().open(position, ended.number());
        if (hold == null) {
            return;
        }
        var failure = ended.failure();
        if (failure != null) {
            draft.holds().idle(position);
            held(draft, position).forEach((key, task) -> fail(draft, key, task, failure));
            return;
        }
        draft.holds().granted(position);
        if (hold.waits()) {
            remark(draft, position, "has waited %s s".formatted(ended.waitedMillis() / 1000));
        }
        for (var task : held(draft, position).values()) {
            if (task.kind() == TaskKind.STEP) {
                draft.put(position, draft.step(position).seeing(draft.patches().size()));
            }
            handOut.accept(draft, task);
        }
    }

    private void remark(Draft draft, int position, String text) {
        var attempt = draft.step(position).attempt();
        draft.tell(Note.Kind.REMARK, course.step(position).id(), attempt, null, text);
    }

    /** What a step's hold holds up. */
    private static Map<String, TaskRef> held(Draft draft, int position) {
        var found = new LinkedHashMap<String, TaskRef>();
        draft.books()
                .tasks()
                .forEach((key, task) -> {
                    if (task.step() == position && Holds.concerns(task.kind())) {
                        found.put(key, task);
                    }
                });
        return found;
    }

    /** It never began: no breaker hears of it. */
    private void fail(Draft draft, String key, TaskRef task, Failure failure) {
        var step = course.step(task.step()).id();
        switch (task.kind()) {
            case STEP -> {
                draft.books().settle(key, Usage.NONE);
                repairs.attemptFailed(
                        draft,
                        task,
                        new StepFailed(step, task.attempt(), failure, null, Usage.NONE));
            }
            case RECHECK ->
                    repairs.recheckEnded(
                            draft, new RecheckEnded(step, task.attempt(), failure, Usage.NONE));
            case UNDO ->
                    endings.undoEnded(
                            draft, new UndoEnded(step, task.attempt(), failure, Usage.NONE));
            case PREPARE, MEND, DELIVER, RECONCILE ->
                    throw new IllegalStateException("waits for nothing: " + key);
        }
    }

    /** A run that is failing begins nothing new: what waits never will. */
    void withdraw(Draft draft) {
        var keys = new ArrayList<String>();
        draft.books()
                .tasks()
                .forEach((key, task) -> {
                    if (draft.isHeldUp(task)) {
                        keys.add(key);
                        if (task.kind() == TaskKind.STEP) {
                            draft.put(
                                    task.step(),
                                    draft.step(task.step()).with(StepState.Status.PENDING));
                        }
                    }
                });
        draft.books().cancel(keys);
    }

    /** Gives back what no step needs any longer. */
    void giveBack(Draft draft) {
        if (draft.status().isFinal() || (draft.failing() && draft.books().tasks().isEmpty())) {
            draft.holds().giveBackAll();
            return;
        }
        for (var position : List.copyOf(draft.holds().all().keySet())) {
            var hold = draft.holds().all().get(position);
            if (hold != null && hold.status() != Hold.Status.IDLE && !isInUse(draft, position)) {
                draft.holds().giveBack(position);
            }
        }
    }

    /** While it is at work, under repair, or nobody knows whether its effect happened. */
    private static boolean isInUse(Draft draft, int position) {
        var repair = draft.repair();
        return !held(draft, position).isEmpty()
                || (repair != null && repair.step() == position)
                || draft.broken().contains(position)
                || draft.step(position).status() == StepState.Status.EFFECT_UNKNOWN;
    }
}
