package dev.kintsugi.benchmarks.runs;

import java.time.Duration;
import java.util.ArrayList;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Callers that each hand in their next run when their last one has ended. */
final class ClosedLoop {
    private ClosedLoop() {}

    /**
     * @param run does one run and returns when it has ended
     */
    static Engine.Tally of(int callers, Duration time, Callable<?> run)
            throws InterruptedException, ExecutionException {
        long begin = System.nanoTime();
        long until = begin + time.toNanos();
        var loops = new ArrayList<Future<Long>>();
        long runs = 0;
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < callers; i++) {
                loops.add(
                        threads.submit(() -> {
                            long done = 0;
                            for (; System.nanoTime() < until; done++) {
                                run.call();
                            }
                            return done;
                        }));
            }
            for (var loop : loops) {
                runs += loop.get();
            }
        }
        return new Engine.Tally(runs, System.nanoTime() - begin);
    }
}
