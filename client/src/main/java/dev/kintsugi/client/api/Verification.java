package dev.kintsugi.client.api;

import org.jspecify.annotations.Nullable;

/**
 * Whether a run's log is what was written, and leads to where the run stands.
 *
 * @param events how many there are
 * @param problem the first thing that does not hold, with the event's number; null when all does
 */
public record Verification(String run, long events, @Nullable String problem) {
    public boolean intact() {
        return problem == null;
    }
}
