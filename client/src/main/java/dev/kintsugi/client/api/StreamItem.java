package dev.kintsugi.client.api;

import dev.kintsugi.client.event.TimelineEntry;
import org.jspecify.annotations.Nullable;

/** What comes out of a run's live stream. */
public sealed interface StreamItem {

    /** Something of the timeline. */
    sealed interface Logged extends StreamItem {
        /** Its place in the timeline. */
        long seq();
    }

    /** The next entry of the timeline. */
    record Entry(TimelineEntry entry) implements Logged {
        @Override
        public long seq() {
            return entry.seq();
        }
    }

    /**
     * An entry that this client cannot read, as a newer server may write.
     *
     * @param json as it came
     */
    record Unknown(long seq, String json) implements Logged {}

    /**
     * A change that is not kept: it is sent once, to those who listen.
     *
     * @param attempt 1 for the first
     * @param status what the attempt does now, such as {@code running}
     * @param worker who does it; null when nobody does
     */
    record Progress(String step, int attempt, String status, @Nullable String worker)
            implements StreamItem {}

    /** The run is final and its whole timeline was sent. */
    record End() implements StreamItem {}
}
