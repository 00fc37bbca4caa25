package dev.kintsugi.client.plan;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.snakeyaml.engine.v2.exceptions.Mark;

/** Collects what is wrong in one plan. */
final class Problems {
    private static final Comparator<Problem> BY_PLACE =
            Comparator.comparingInt(Problem::line).thenComparingInt(Problem::column);

    private final String source;
    private final List<Problem> errors = new ArrayList<>();
    private final List<Problem> warnings = new ArrayList<>();
    private final Nearest nearest = new Nearest();
    private int errorCount;

    Problems(String source) {
        this.source = source;
    }

    void error(Optional<Mark> mark, String path, String message) {
        error(at(mark, path, message));
    }

    void error(Problem problem) {
        errorCount++;
        if (errors.size() < PlanReader.MAX_PROBLEMS) {
            errors.add(problem);
        }
    }

    void warning(Optional<Mark> mark, String path, String message) {
        if (warnings.size() < PlanReader.MAX_PROBLEMS) {
            warnings.add(at(mark, path, message));
        }
    }

    /** What may have been meant, for the message of an error. */
    Nearest nearest() {
        return nearest;
    }

    boolean none() {
        return errorCount == 0;
    }

    /** Errors in the order of the text. */
    List<Problem> errors() {
        var sorted = new ArrayList<>(errors);
        sorted.sort(BY_PLACE);
        if (errorCount > errors.size()) {
            int more = errorCount - errors.size() + 1;
            sorted.set(sorted.size() - 1, new Problem(source, 0, 0, "", more + " more problems"));
        }
        return sorted;
    }

    List<Problem> warnings() {
        return warnings;
    }

    private Problem at(Optional<Mark> mark, String path, String message) {
        int line = mark.map(m -> m.getLine() + 1).orElse(0);
        int column = mark.map(m -> m.getColumn() + 1).orElse(0);
        return new Problem(source, line, column, path, message);
    }
}
