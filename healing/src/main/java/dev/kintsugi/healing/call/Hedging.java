package dev.kintsugi.healing.call;

import dev.kintsugi.healing.time.Timers;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Makes slow calls a second time. */
final class Hedging {
    private final Hedge hedge;
    private final Timers timers;
    private final RetryMeter meter;
    private final Counters counters;

    /**
     * @param meter keeps the second calls within {@link Hedge#BUDGET}
     */
    Hedging(Hedge hedge, Timers timers, RetryMeter meter, Counters counters) {
        this.hedge = hedge;
        this.timers = timers;
        this.meter = meter;
        this.counters = counters;
    }

    <T> CompletableFuture<T> race(Supplier<CompletableFuture<T>> begin) {
        var begun = new AtomicBoolean();
        var second = new AtomicReference<@Nullable CompletableFuture<T>>();
        Supplier<CompletableFuture<T>> counted =
                () -> {
                    if (!begun.getAndSet(true)) {
                        return begin.get();
                    }
                    counters.hedged();
                    CompletableFuture<T> call = begin.get();
                    second.set(call);
                    return call;
                };
        CompletableFuture<T> outcome =
                HedgeRace.run(counted, hedge, timers, meter, Thread::startVirtualThread);
        outcome.whenComplete((_, _) -> {
            CompletableFuture<T> call = second.get();
            if (call != null && call.isDone() && !call.isCompletedExceptionally()) {
                counters.hedgeWon();
            }
        });
        return outcome;
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
