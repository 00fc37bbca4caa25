package dev.kintsugi.server.workspace.step;

import dev.kintsugi.healing.Evidence;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** How the work of one attempt ended. */
sealed interface Outcome {
    /** What the step says that it cost. */
    long costNanoUsd();

    /**
     * It worked.
     *
     * @param output redacted; null when there is none
     */
    record Passed(byte @Nullable [] output, List<String> remarks, long costNanoUsd)
            implements Outcome {
        public Passed {
            remarks = List.copyOf(remarks);
        }
    }

    /**
     * It did not work.
     *
     * @param said the end of its output, redacted
     */
    record Broken(Evidence evidence, byte[] said, long costNanoUsd) implements Outcome {}
}
