package dev.kintsugi.server.run;

import dev.kintsugi.client.event.RunStatus;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A run as the store keeps it.
 *
 * @param plan canonical JSON
 * @param rules version of the machine's rules it began under
 * @param seq of its latest event, 0 before the first
 * @param mac of its latest event: the head of the chain
 * @param view what clients see, without steps, as JSON; follows from the events
 * @param submission the client's idempotency key; null when it gave none
 */
public record RunRow(
        String tenant,
        String run,
        String name,
        RunStatus status,
        String plan,
        int rules,
        long seq,
        byte[] mac,
        String view,
        Instant createdAt,
        @Nullable Instant finishedAt,
        @Nullable String submission) {

    RunRow moved(
            RunStatus next, long toSeq, byte[] toMac, String nextView, @Nullable Instant finished) {
        return new RunRow(
                tenant,
                run,
                name,
                next,
                plan,
                rules,
                toSeq,
                toMac,
                nextView,
                createdAt,
                finished,
                submission);
    }
}
