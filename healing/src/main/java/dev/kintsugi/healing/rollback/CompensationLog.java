package dev.kintsugi.healing.rollback;

import dev.kintsugi.healing.rollback.Journal.Entry;
import dev.kintsugi.healing.rollback.Journal.Kind;
import dev.kintsugi.healing.rollback.RolledBack.Outcome;
import dev.kintsugi.healing.rollback.RolledBack.Part;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * What one unit of work would have to take back. Safe for use by many threads; while it is being
 * rolled back, nothing can be recorded.
 */
public final class CompensationLog implements Undo {

    /** Most actions of a unit. */
    public static final int MAX_STEPS = 1_000;

    /** Longest argument, in characters. */
    public static final int MAX_ARGUMENT = 16_384;

    /** An action, and the last that was written down of it. */
    private record Step(String name, String argument, Kind last) {}

    private final Rollback rollback;
    private final String unit;
    private final List<Step> steps = new ArrayList<>();
    private final ReentrantLock lock = new ReentrantLock();
    private boolean rolling;
    private @Nullable RolledBack result;

    CompensationLog(Rollback rollback, String unit, List<Entry> written) {
        this.rollback = rollback;
        this.unit = unit;
        for (Entry entry : written) {
            if (entry.kind() == Kind.RECORDED) {
                steps.add(new Step(entry.name(), entry.argument(), Kind.RECORDED));
            } else {
                Step step = steps.get(entry.step());
                steps.set(entry.step(), new Step(step.name(), step.argument(), entry.kind()));
            }
        }
    }

    /**
     * Writes down an action that is about to be done. It is in the journal when this returns: do
     * the action only then.
     *
     * @param name of a compensation
     * @param argument what it needs to take this action back, at most {@value #MAX_ARGUMENT}
     *     characters
     */
    public void record(String name, String argument) {
        if (!rollback.compensations().containsKey(name)) {
            throw new IllegalArgumentException(
                    "name must be one of %s, was %s"
                            .formatted(rollback.compensations().keySet(), name));
        }
        checkAtMost("argument's length", argument.length(), MAX_ARGUMENT);
        lock.lock();
        try {
            checkOpen();
            checkAtMost("steps", steps.size() + 1, MAX_STEPS);
            rollback.journal().append(new Entry(unit, Kind.RECORDED, steps.size(), name, argument));
            steps.add(new Step(name, argument, Kind.RECORDED));
        } finally {
            lock.unlock();
        }
    }

    private static void checkAtMost(String what, int given, int most) {
        if (given > most) {
            throw new IllegalArgumentException(
                    "%s must be at most %d, was %d".formatted(what, most, given));
        }
    }

    private void checkOpen() {
        if (rolling || result != null) {
            throw new IllegalStateException("the unit " + unit + " has ended");
        }
    }

    /**
     * Ends the unit: nothing has to be taken back any more.
     *
     * @throws java.io.UncheckedIOException when the journal cannot be written: the unit is then
     *     still open, and would be taken back on the next start; it may be ended once more
     */
    @Override
    public void succeeded() {
        lock.lock();
        try {
            checkOpen();
            end(new RolledBack(unit, List.of()));
        } finally {
            lock.unlock();
        }
    }

    /**
     * Runs the compensations in reverse order, once each, whatever becomes of the others, and ends
     * the unit. Asked again, it tells the same again.
     *
     * @throws java.io.UncheckedIOException when the journal cannot be written: what is left is then
     *     taken back when this is asked again, or by {@link Rollback#recover()} on the next start
     */
    @Override
    public RolledBack run() {
        lock.lock();
        try {
            if (result != null) {
                return result;
            }
            rolling = true;
            var parts = new ArrayList<Part>();
            for (int i = steps.size() - 1; i >= 0; i--) {
                parts.add(undo(i, steps.get(i)));
            }
            return end(new RolledBack(unit, parts));
        } finally {
            lock.unlock();
        }
    }

    private RolledBack end(RolledBack told) {
        if (told.count(Outcome.MISSING) == 0) {
            write(Kind.ENDED, 0);
        }
        result = told;
        rollback.ended(told);
        return told;
    }

    private Part undo(int number, Step step) {
        Kind last = step.last();
        if (last != Kind.RECORDED && last != Kind.UNDOING) {
            return part(step, Outcome.valueOf(last.name()));
        }
        Compensation compensation = rollback.compensations().get(step.name());
        if (compensation == null) {
            return part(step, Outcome.MISSING);
        }
        if (last == Kind.UNDOING && !compensation.isIdempotent()) {
            write(Kind.UNKNOWN, number);
            return part(step, Outcome.UNKNOWN);
        }
        return undo(number, step, compensation);
    }

    private Part undo(int number, Step step, Compensation compensation) {
        write(Kind.UNDOING, number);
        String argument = step.argument();
        Part part = Attempt.of(step.name(), argument, compensation);
        Kind kind = part.outcome() == Outcome.UNDONE ? Kind.UNDONE : Kind.FAILED;
        steps.set(number, new Step(step.name(), argument, kind)); // known, even if not written
        write(kind, number);
        return part;
    }

    private static Part part(Step step, Outcome outcome) {
        return new Part(step.name(), step.argument(), outcome, null);
    }

    private void write(Kind kind, int step) {
        rollback.journal().append(new Entry(unit, kind, step, "", ""));
    }
}
