package dev.kintsugi.server.run.machine;

import dev.kintsugi.client.plan.NeededRun;
import dev.kintsugi.client.plan.Waits;
import dev.kintsugi.client.task.TaskKind;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.pcollections.PSortedMap;
import org.pcollections.TreePMap;

/**
 * What a run's steps hold and wait for, during one decision. A task that does the step's work,
 * repeats or undoes it is not handed out before the step has what it waits for.
 */
final class Holds {
    private final Course course;
    private final long number;
    private final List<RunAction> actions;
    private PSortedMap<Integer, Hold> all;

    /**
     * @param number of askings in this decision
     * @param actions where what follows is added
     */
    Holds(Course course, long number, RunState from, List<RunAction> actions) {
        this.course = course;
        this.number = number;
        this.actions = actions;
        all = from.holds();
    }

    PSortedMap<Integer, Hold> all() {
        return all;
    }

    /** Whether tasks of that kind are done under the step's locks. */
    static boolean concerns(TaskKind kind) {
        return switch (kind) {
            case STEP, RECHECK, UNDO -> true;
            case PREPARE, MEND, DELIVER, RECONCILE -> false;
        };
    }

    /** Whether the task is on the books only, as its step waits. */
    static boolean holdUp(PSortedMap<Integer, Hold> all, RunState.TaskRef task) {
        var hold = concerns(task.kind()) ? all.get(task.step()) : null;
        return hold != null && hold.isOpen();
    }

    /** Whether such a task of the step may be handed out now; if not, it is asked for. */
    boolean lets(TaskKind kind, int position, int attempt) {
        var waits = position < 0 || !concerns(kind) ? null : course.step(position).waits();
        if (waits == null) {
            return true;
        }
        var hold = all.get(position);
        return hold == null || hold.status() == Hold.Status.IDLE
                ? !ask(position, waits, kind == TaskKind.STEP && attempt == 1)
                : hold.isHeld();
    }

    /**
     * Runs that have succeeded once stay so, and what is kept is held already.
     *
     * @return false when nothing is left to ask for
     */
    private boolean ask(int position, Waits waits, boolean first) {
        var keeps = keeps(position);
        var locks = waits.locks().stream().filter(lock -> !(keeps && lock.keep())).toList();
        List<NeededRun> runs = first ? waits.runs() : List.of();
        if (locks.isEmpty() && runs.isEmpty()) {
            return false;
        }
        var step = course.step(position);
        all = all.plus(position, new Hold(number, Hold.Status.ASKED, keeps));
        var asked = new Waits(locks, runs, waits.patience());
        actions.add(new RunAction.AskWaits(step.id(), number, asked, step.priority()));
        return true;
    }

    private boolean keeps(int position) {
        var hold = all.get(position);
        return hold != null && hold.keeps();
    }

    /** The step's hold, if that asking of it is still open. */
    @Nullable Hold open(int position, long asked) {
        var hold = position < 0 ? null : all.get(position);
        return hold != null && hold.number() == asked && hold.isOpen() ? hold : null;
    }

    void begun(int position, Hold.Status status) {
        var hold = all.get(position);
        if (hold != null) {
            all = all.plus(position, hold.with(status));
        }
    }

    /** The step has all that it asked for. */
    void granted(int position) {
        var waits = course.step(position).waits();
        var keeps = waits != null && waits.keeps();
        var hold = all.get(position);
        if (hold != null) {
            all = all.plus(position, new Hold(hold.number(), Hold.Status.HELD, keeps));
        }
    }

    /** The step has ended, for now at least, or does not ask any longer. */
    void giveBack(int position) {
        var step = course.step(position);
        actions.add(new RunAction.GiveBack(step.id()));
        var hold = all.get(position);
        if (hold != null && hold.isOpen() && step.waits() != null && step.waits().keeps()) {
            // It may have been granted, which is still to be told: what is kept is remembered.
            all = all.plus(position, hold.with(Hold.Status.IDLE));
        } else {
            idle(position);
        }
    }

    /** What it asked for was refused. */
    void idle(int position) {
        var hold = all.get(position);
        all =
                hold != null && hold.keeps()
                        ? all.plus(position, hold.with(Hold.Status.IDLE))
                        : all.minus(position);
    }

    void giveBackAll() {
        if (!all.isEmpty()) {
            actions.add(new RunAction.GiveBackAll());
            all = TreePMap.empty();
        }
    }
}
