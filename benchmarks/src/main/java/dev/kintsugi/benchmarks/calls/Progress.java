package dev.kintsugi.benchmarks.calls;

import java.io.PrintStream;
import java.time.Duration;
import java.util.Locale;
import java.util.function.LongSupplier;

/** Says what was measured, and how long the rest takes when it goes on as until then. */
final class Progress {
    private final int all;
    private final LongSupplier nanoTime;
    private final PrintStream out;
    private final long began;
    private int done;

    /**
     * @param all how many measurements there will be
     */
    Progress(int all, LongSupplier nanoTime, PrintStream out) {
        this.all = all;
        this.nanoTime = nanoTime;
        this.out = out;
        this.began = nanoTime.getAsLong();
    }

    void done(String what, double score, String unit) {
        done++;
        long left = (nanoTime.getAsLong() - began) / done * (all - done);
        out.printf(
                Locale.ROOT,
                "%d of %d: %s: %.1f %s; %s%n",
                done,
                all,
                what,
                score,
                unit,
                left(Duration.ofNanos(left)));
    }

    private String left(Duration time) {
        if (done == all) {
            return "done";
        }
        return time.toMinutes() == 0
                ? time.toSeconds() + " s left"
                : time.plusSeconds(30).toMinutes() + " min left";
    }
}
