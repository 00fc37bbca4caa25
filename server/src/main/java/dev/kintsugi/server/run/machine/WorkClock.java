package dev.kintsugi.server.run.machine;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A run's working time: it stands still while a human is waited for.
 *
 * @param spentMillis working time before it was last started
 * @param since when it was last started; null while it stands still
 */
record WorkClock(long spentMillis, @Nullable Instant since) {
    static final WorkClock UNSTARTED = new WorkClock(0, null);

    long spentMillis(Instant now) {
        return since == null
                ? spentMillis
                : spentMillis + Math.max(0, now.toEpochMilli() - since.toEpochMilli());
    }

    WorkClock start(Instant now) {
        return since == null ? new WorkClock(spentMillis, now) : this;
    }

    WorkClock stop(Instant now) {
        return new WorkClock(spentMillis(now), null);
    }
}
