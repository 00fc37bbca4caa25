package dev.kintsugi.healing.call;

import dev.kintsugi.healing.detect.CallSite;
import dev.kintsugi.healing.time.Timers;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One call that holds no thread. Its steps come one after the other, each on whatever thread ended
 * the one before; at any time it can be stopped by completing its future.
 */
final class AsyncCall<T> {
    /** How many futures may have wrapped an exception. */
    private static final int MAX_WRAPPERS = 8;

    private final Recovery recovery;
    private final Guard guard;
    private final CallSite site;
    private final Supplier<? extends CompletionStage<T>> operation;

    /** This call's own. */
    private final Bounds bounds;

    /** Those of the call around this one: fallbacks, and what waits for the future, are in it. */
    private final Bounds callers = Bounds.current();

    private final CompletableFuture<T> future = new CompletableFuture<>();

    /** Stops what the call is at. */
    private Runnable stopper = () -> {};

    private boolean stopped;
    private @Nullable Repetition repetition;
    private Consumer<T> onServed = _ -> {};
    private Consumer<Trouble> inTrouble = _ -> {};
    private Consumer<Trouble> onStopped = _ -> {};

    AsyncCall(Recovery recovery, CallSite site, Supplier<? extends CompletionStage<T>> operation) {
        this.recovery = recovery;
        this.guard = recovery.guard();
        this.site = site;
        this.operation = operation;
        this.bounds = recovery.bounds();
        future.whenComplete((_, _) -> stop());
    }

    /**
     * Begins the call.
     *
     * @param onServed what is done with what the operation itself returned
     * @param inTrouble what is done when no attempt served
     * @param onStopped what is done when the future was completed from elsewhere before that
     */
    CompletableFuture<T> finish(
            Consumer<T> onServed, Consumer<Trouble> inTrouble, Consumer<Trouble> onStopped) {
        this.onServed = onServed;
        this.inTrouble = inTrouble;
        this.onStopped = onStopped;
        bounds.run(this::attempt);
        return future;
    }

    void complete(T value) {
        callers.run(() -> future.complete(value));
    }

    void fail(Throwable thrown) {
        callers.run(() -> future.completeExceptionally(thrown));
    }

    /** Has something else serve, on a thread that may block. */
    void fall(Callable<? extends T> fallback) {
        CompletableFuture<T> serving = Started.on(callers, fallback);
        stoppedBy(() -> serving.cancel(true));
        serving.whenComplete((value, thrown) -> {
            if (thrown == null) {
                complete(value);
            } else {
                fail(unwrapped(thrown));
            }
        });
    }

    private CompletableFuture<T> begun() {
        return operation.get().toCompletableFuture();
    }

    private void attempt() {
        long permit = guard.enter(Lanes.ofThread());
        if (permit < 0) {
            ended(guard.rejected(site, permit));
            return;
        }
        new Attempt(permit, recovery.component().time.ticker().nanos()).begin();
    }

    /** In place of a moment: attempts are all measured. */
    private static final long EXACT = 0;

    /** One attempt, ended by whatever comes first: its outcome, its timeout, a stop. */
    private final class Attempt {
        private final long permit;
        private final long began;
        private final long marks = Attempts.MARKS.getOpaque();
        private final AtomicBoolean over = new AtomicBoolean();
        private volatile Timers.Timer timer = () -> {};

        Attempt(long permit, long began) {
            this.permit = permit;
            this.began = began;
        }

        void begin() {
            TimeLimit limit = guard.limit();
            Deadline deadline = limit == null ? Deadline.current() : limit.deadline();
            CompletableFuture<T> work;
            try {
                work = ScopedValue.where(Deadline.CURRENT, deadline).call(this::made);
            } catch (Throwable thrown) {
                end(null, thrown);
                return;
            }
            if (limit != null && deadline != null) {
                limit(limit, deadline, work);
            }
            stoppedBy(() -> {
                end(null, new CancellationException());
                work.cancel(true);
            });
            work.whenComplete((value, thrown) -> end(value, thrown));
        }

        private CompletableFuture<T> made() {
            Hedging hedging = guard.hedging();
            return hedging == null ? begun() : hedging.race(AsyncCall.this::begun);
        }

        private void limit(TimeLimit limit, Deadline deadline, CompletableFuture<T> work) {
            var late = limit.late(deadline, null);
            Runnable ring =
                    () -> {
                        end(null, late);
                        work.cancel(true);
                    };
            Duration left = Duration.ofNanos(Math.max(0, deadline.remainingNanos()));
            timer =
                    recovery.component()
                            .time
                            .timers()
                            .after(left, () -> Thread.startVirtualThread(ring));
        }

        private void end(@Nullable Object value, @Nullable Throwable thrown) {
            if (!over.compareAndSet(false, true)) {
                return;
            }
            timer.cancel();
            long nanos = guard.nanosSince(began);
            if (thrown == null) {
                guard.succeeded(Lanes.ofThread(), permit, nanos, EXACT);
                ended(value);
            } else {
                var tried = new Tried(permit, nanos, EXACT, marks);
                bounds.run(() -> ended(guard.failed(site, tried, unwrapped(thrown))));
            }
        }
    }

    private void ended(@Nullable Object outcome) {
        try {
            goOn(outcome);
        } catch (Throwable thrown) {
            // Such as by what the user brought to decide on retries; nobody else would hear of it.
            fail(thrown);
        }
    }

    private void goOn(@Nullable Object outcome) {
        Repetition again = repetition;
        if (outcome instanceof Failed failed) {
            bounds.run(() -> {
                if (again == null) {
                    repetition = recovery.repetition(failed);
                } else {
                    again.failedAgain(failed);
                }
                repeatOrGiveUp();
            });
            return;
        }
        if (again == null) {
            recovery.component().counters.smooth(Lanes.ofThread());
        } else {
            again.healed(outcome);
        }
        onServed.accept(Recovery.value(outcome));
    }

    private void repeatOrGiveUp() {
        Repetition again = repetition;
        if (again == null) {
            throw new IllegalStateException("nothing has failed");
        }
        Duration wait = isStopped() ? null : again.waitForNext();
        if (wait == null) {
            giveUp(again);
            return;
        }
        // Whoever is first goes on: the end of the wait, or who stops the call.
        var waiting = new AtomicBoolean(true);
        Runnable next =
                () -> {
                    if (waiting.compareAndSet(true, false)) {
                        Thread.startVirtualThread(() -> repeat(again));
                    }
                };
        Timers.Timer timer = recovery.component().time.timers().after(wait, next);
        stoppedBy(() -> {
            timer.cancel();
            if (waiting.compareAndSet(true, false)) {
                giveUp(again);
            }
        });
    }

    private void giveUp(Repetition again) {
        Trouble trouble = again.givenUp();
        if (isStopped()) {
            onStopped.accept(trouble);
            return;
        }
        Component component = recovery.component();
        if (!component.hasStrategyFor(trouble)) {
            inTrouble.accept(trouble);
            return;
        }
        CompletableFuture<Trouble> rescue =
                Started.on(
                        bounds,
                        () ->
                                component.rescued(
                                        trouble,
                                        () ->
                                                again.once(
                                                        () -> guard.attempt(site, this::awaited))));
        stoppedBy(() -> rescue.cancel(true));
        rescue.whenComplete((rescued, thrown) -> rescued(thrown == null ? rescued : trouble));
    }

    /** The operation for a thread that waits. */
    private T awaited() throws Exception {
        CompletableFuture<T> work = begun();
        try {
            return work.get();
        } catch (ExecutionException e) {
            throw Recovery.<Exception>thrown(unwrapped(e));
        } finally {
            work.cancel(true);
        }
    }

    private void rescued(Trouble trouble) {
        if (isStopped() && !trouble.isOver()) {
            onStopped.accept(trouble);
        } else if (trouble.isOver()) {
            onServed.accept(Recovery.value(trouble.outcome()));
        } else {
            inTrouble.accept(trouble);
        }
    }

    private void repeat(Repetition again) {
        bounds.run(() ->
                again.repeat(() -> {
                    attempt();
                    return true;
                }));
    }

    private synchronized boolean isStopped() {
        return stopped;
    }

    private void stoppedBy(Runnable stopper) {
        if (!isStoppedLater(stopper)) {
            stopper.run();
        }
    }

    private synchronized boolean isStoppedLater(Runnable stopper) {
        this.stopper = stopper;
        return !stopped;
    }

    private void stop() {
        stopped().run();
    }

    private synchronized Runnable stopped() {
        stopped = true;
        return stopper;
    }

    private static Throwable unwrapped(Throwable thrown) {
        Throwable at = thrown;
        for (int i = 0; i < MAX_WRAPPERS && at.getCause() != null; i++) {
            if (!(at instanceof CompletionException || at instanceof ExecutionException)) {
                break;
            }
            at = at.getCause();
        }
        return at;
    }
}
