package dev.kintsugi.benchmarks.runs;

import java.time.Duration;

/** Something that does runs of three trivial steps, one after the other, and keeps what it did. */
interface Engine extends AutoCloseable {

    /**
     * Does as many runs as it can.
     *
     * @param inFlight how many runs are under way at once
     * @return how many ended, and how long they took together
     */
    Tally during(int inFlight, Duration time) throws Exception;

    @Override
    void close() throws Exception;

    /**
     * Runs that ended.
     *
     * @param nanos from the begin to the end of the last one
     */
    record Tally(long runs, long nanos) {
        double perSecond() {
            return runs * 1e9 / nanos;
        }
    }
}
