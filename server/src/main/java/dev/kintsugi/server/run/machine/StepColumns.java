package dev.kintsugi.server.run.machine;

import dev.kintsugi.healing.Failure;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.pcollections.PSortedMap;
import org.pcollections.TreePMap;

/**
 * The states of a run's steps as snapshots hold them: by column, because values of one kind side by
 * side compress best. An empty text stands for no text.
 *
 * @param positions of the steps; all other lists are in the same order
 * @param numbers unmet, attempt, generation, alternative, repairs and patches, a list for each
 * @param rare what few steps have, by position
 */
record StepColumns(
        List<Integer> positions,
        List<StepState.Status> statuses,
        List<List<Integer>> numbers,
        List<String> evidence,
        List<String> commits,
        List<String> outputs,
        TreeMap<Integer, Rare> rare) {

    /** What few steps have. */
    record Rare(
            SortedMap<String, String> env,
            @Nullable Long timeoutMillis,
            @Nullable Failure failure,
            @Nullable Once once) {}

    private static final int NUMBERS = 6;

    static StepColumns of(PSortedMap<Integer, StepState> steps) {
        var columns =
                new StepColumns(
                        new ArrayList<>(),
                        new ArrayList<>(),
                        new ArrayList<>(),
                        new ArrayList<>(),
                        new ArrayList<>(),
                        new ArrayList<>(),
                        new TreeMap<>());
        for (var column = 0; column < NUMBERS; column++) {
            columns.numbers.add(new ArrayList<>());
        }
        steps.forEach(columns::add);
        return columns;
    }

    private void add(int position, StepState step) {
        positions.add(position);
        statuses.add(step.status());
        var row =
                List.of(
                        step.unmet(),
                        step.attempt(),
                        step.generation(),
                        step.alternative(),
                        step.repairs(),
                        step.patches());
        for (var column = 0; column < NUMBERS; column++) {
            numbers.get(column).add(row.get(column));
        }
        evidence.add(text(step.evidence()));
        commits.add(text(step.commit()));
        outputs.add(text(step.output()));
        var once = step.once().equals(Once.UNTOUCHED) ? null : step.once();
        if (!step.env().isEmpty()
                || step.timeoutMillis() != null
                || step.failure() != null
                || once != null) {
            rare.put(position, new Rare(step.env(), step.timeoutMillis(), step.failure(), once));
        }
    }

    PSortedMap<Integer, StepState> states() {
        PSortedMap<Integer, StepState> states = TreePMap.empty();
        for (var row = 0; row < positions.size(); row++) {
            states = states.plus(positions.get(row), state(row));
        }
        return states;
    }

    private StepState state(int row) {
        var few =
                rare.getOrDefault(
                        positions.get(row),
                        new Rare(Collections.emptySortedMap(), null, null, null));
        return new StepState(
                statuses.get(row),
                numbers.get(0).get(row),
                numbers.get(1).get(row),
                numbers.get(2).get(row),
                numbers.get(3).get(row),
                numbers.get(4).get(row),
                numbers.get(5).get(row),
                few.env(),
                few.timeoutMillis(),
                few.failure(),
                nullable(evidence.get(row)),
                nullable(commits.get(row)),
                nullable(outputs.get(row)),
                few.once() == null ? Once.UNTOUCHED : few.once());
    }

    private static String text(@Nullable String value) {
        return value == null ? "" : value;
    }

    private static @Nullable String nullable(String value) {
        return value.isEmpty() ? null : value;
    }
}
