package dev.kintsugi.client.api;

import dev.kintsugi.client.event.RunEvent.Obstacle;
import java.time.Instant;
import java.util.List;

/**
 * The wait-for graph of a tenant.
 *
 * @param waits steps that wait, in the order of asking
 * @param holds locks that steps hold, in the order of asking
 */
public record WaitsView(List<Waiting> waits, List<Held> holds) {
    public WaitsView {
        waits = List.copyOf(waits);
        holds = List.copyOf(holds);
    }

    /**
     * A step that waits.
     *
     * @param since when it asked
     * @param until when its patience is over
     * @param on what it waits for now
     */
    public record Waiting(
            String run, String step, Instant since, Instant until, List<Obstacle> on) {
        public Waiting {
            on = List.copyOf(on);
        }
    }

    /**
     * Permits that a step holds.
     *
     * @param limit how many there are
     * @param keep whether it holds them until its run's work is over
     */
    public record Held(
            String lock,
            String run,
            String step,
            int permits,
            int limit,
            boolean keep,
            Instant since) {}
}
