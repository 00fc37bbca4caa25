package dev.kintsugi.benchmarks.runs;

import dev.kintsugi.client.task.Task;
import java.time.Duration;

/** The run that is measured: three steps, each an agent's, that follow one another. */
final class Chain {
    /** An agent that does nothing. */
    static final String TRIVIAL = "trivial";

    /** An agent that takes from 1 to 3 s. */
    static final String LONG = "long";

    static final String FIRST = "s0";
    static final String LAST = "s2";
    private static final long LEAST_MILLIS = 1_000;
    private static final long SPREAD_MILLIS = 2_000;

    private Chain() {}

    static String of(String agent) {
        return """
        plan: 1
        name: chain
        steps:
          - {id: s0, agent: %1$s}
          - {id: s1, agent: %1$s, needs: [s0]}
          - {id: s2, agent: %1$s, needs: [s1]}
        """
                .formatted(agent);
    }

    /** How long a task of {@link #LONG} takes: evenly spread, the same for the same task. */
    static Duration taskTime(Task task) {
        return Duration.ofMillis(
                LEAST_MILLIS + Math.floorMod(task.key().hashCode() * 31L, SPREAD_MILLIS));
    }
}
