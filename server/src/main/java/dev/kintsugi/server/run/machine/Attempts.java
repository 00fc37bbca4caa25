package dev.kintsugi.server.run.machine;

import dev.kintsugi.client.event.Note;
import dev.kintsugi.client.event.Phase;
import dev.kintsugi.client.task.Patch;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Hands attempts of steps out and books their success. */
final class Attempts {
    private final Course course;
    private final Tasks tasks;

    Attempts(Course course, Tasks tasks) {
        this.course = course;
        this.tasks = tasks;
    }

    /** Hands the step out as its needs are met, or once more because it did not happen. */
    void begin(Draft draft, int position) {
        var first = draft.step(position).attempt() == 0;
        start(draft, position, null, Duration.ZERO, first ? "first attempt" : "once more");
    }

    /**
     * Hands one more attempt out; {@code phase} is null for one that is no repair and was not
     * reserved.
     */
    void start(Draft draft, int position, @Nullable Phase phase, Duration delay, String why) {
        var number = draft.step(position).attempt() + 1;
        draft.put(position, draft.step(position).started(number, draft.patches().size()));
        var wait =
                delay.isZero()
                        ? ""
                        : String.format(Locale.ROOT, " in %.1f s", delay.toMillis() / 1000.0);
        draft.tell(Note.Kind.STEP_QUEUED, course.step(position).id(), number, phase, why + wait);
        var task = tasks.attempt(draft, position, number, proving(draft, position));
        draft.books().dispatch(task, position, delay);
        if (phase != null) {
            draft.books().reserved(task.key(), phase, delay);
        }
    }

    /** The patches that an attempt of this step is to prove; empty when it proves none. */
    List<Patch> proving(Draft draft, int position) {
        var repair = draft.repair();
        return repair != null && repair.step() == position ? repair.proof().patches() : List.of();
    }

    /** The step is done: its dependents come a step nearer. */
    void complete(Draft draft, int position, @Nullable String commit, @Nullable String output) {
        draft.put(position, draft.step(position).succeeded(commit, output));
        draft.complete(position);
        for (var dependent : course.dependents(position)) {
            var state = draft.step(dependent).needMet();
            draft.put(dependent, state);
            if (state.unmet() == 0) {
                draft.makeReady(dependent);
            }
        }
    }
}
