package dev.kintsugi.server.run;

import dev.kintsugi.client.event.RunStatus;
import dev.kintsugi.client.event.RunStatus.WaitingFor;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Where a run stands, as the store keeps it.
 *
 * @param rules version of the machine's rules it began under
 * @param seq of its latest event, 0 before the first
 * @param mac of its latest event: the head of the chain
 * @param submission the client's idempotency key; null when it gave none
 * @param home of the server that has its repository, which alone can do its work; null when it has
 *     no workspace
 * @param waitingFor null unless it waits
 * @param parent the run that it was started from; null for none
 */
public record RunRow(
        String tenant,
        String run,
        String name,
        RunStatus status,
        int rules,
        long seq,
        byte[] mac,
        Instant createdAt,
        @Nullable Instant finishedAt,
        @Nullable String submission,
        @Nullable String home,
        @Nullable WaitingFor waitingFor,
        @Nullable String parent) {

    RunRow moved(
            RunStatus next,
            @Nullable WaitingFor what,
            long toSeq,
            byte[] toMac,
            @Nullable Instant finished) {
        return new RunRow(
                tenant,
                run,
                name,
                next,
                rules,
                toSeq,
                toMac,
                createdAt,
                finished,
                submission,
                home,
                what,
                parent);
    }
}
