package dev.kintsugi.client.plan;

import java.util.List;

/**
 * When a step is done: otherwise it is skipped.
 *
 * @param condition an expression in CEL, as {@link Condition} describes it
 * @param steps the steps whose outcome it looks at, sorted
 */
public record When(String condition, List<String> steps) {
    public When {
        steps = List.copyOf(steps);
    }
}
