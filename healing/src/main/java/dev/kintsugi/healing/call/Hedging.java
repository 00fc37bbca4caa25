package dev.kintsugi.healing.call;

import dev.kintsugi.healing.time.Timers;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.function.Supplier;

/** Makes slow calls a second time. */
final class Hedging {
    private final Hedge hedge;
    private final Timers timers;
    private final RetryMeter meter;

    /**
     * @param meter keeps the second calls within {@link Hedge#BUDGET}
     */
    Hedging(Hedge hedge, Timers timers, RetryMeter meter) {
        this.hedge = hedge;
        this.timers = timers;
        this.meter = meter;
    }

    <T> CompletableFuture<T> race(Supplier<CompletableFuture<T>> begin) {
        return HedgeRace.run(begin, hedge, timers, meter, Thread::startVirtualThread);
    }

    /** The same operation for a thread that waits. */
    Operation<?, Exception> around(Operation<?, ?> operation) {
        return () -> awaited(operation);
    }

    private Object awaited(Operation<?, ?> operation) throws Exception {
        CompletableFuture<Object> outcome =
                race(() -> Started.on(Bounds.current(), operation::call));
        try {
            return outcome.get();
        } catch (ExecutionException e) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            // That thread was interrupted, not this one.
            throw cause instanceof InterruptedException
                    ? new CompletionException(cause)
                    : Recovery.<Exception>thrown(cause);
        } catch (InterruptedException e) {
            outcome.cancel(true);
            throw e;
        }
    }
}
