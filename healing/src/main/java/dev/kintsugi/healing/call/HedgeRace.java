package dev.kintsugi.healing.call;

import dev.kintsugi.healing.time.Timers;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** One call, and maybe a second of the same. */
final class HedgeRace<T> {
    private final Supplier<CompletableFuture<T>> begin;
    private final CompletableFuture<T> first = new CompletableFuture<>();
    private final ReentrantLock lock = new ReentrantLock();
    private final List<CompletableFuture<T>> running = new ArrayList<>();
    private int begun;
    private int failed;

    private HedgeRace(Supplier<CompletableFuture<T>> begin) {
        this.begin = begin;
    }

    /**
     * Begins.
     *
     * @param begin makes the call; returns at once
     * @param meter asked before a second call
     * @return what comes first; a failure only when no other call is under way. Cancelling it
     *     cancels both
     */
    static <T> CompletableFuture<T> run(
            Supplier<CompletableFuture<T>> begin, Hedge hedge, Timers timers, RetryMeter meter) {
        var race = new HedgeRace<>(begin);
        Bounds bounds = Bounds.current();
        race.begin();
        Timers.Timer timer =
                timers.after(
                        hedge.after(),
                        () -> {
                            if (!race.first.isDone() && meter.take()) {
                                Thread.startVirtualThread(() -> bounds.run(race::begin));
                            }
                        });
        race.first.whenComplete((_, _) -> {
            timer.cancel();
            race.cancelAll();
        });
        return race.first;
    }

    private void begin() {
        lock.lock();
        try {
            if (first.isDone()) {
                return;
            }
            begun++;
        } finally {
            lock.unlock();
        }
        CompletableFuture<T> call = made();
        boolean late;
        lock.lock();
        try {
            running.add(call);
            late = first.isDone();
        } finally {
            lock.unlock();
        }
        if (late) {
            call.cancel(true);
        }
        call.whenComplete(this::ended);
    }

    private CompletableFuture<T> made() {
        try {
            return begin.get();
        } catch (Throwable thrown) {
            return CompletableFuture.failedFuture(thrown);
        }
    }

    private void ended(@Nullable T value, @Nullable Throwable thrown) {
        if (thrown == null) {
            first.complete(Recovery.value(value));
            return;
        }
        boolean none;
        lock.lock();
        try {
            failed++;
            none = failed == begun;
        } finally {
            lock.unlock();
        }
        if (none) {
            first.completeExceptionally(thrown);
        }
    }

    private void cancelAll() {
        List<CompletableFuture<T>> all;
        lock.lock();
        try {
            all = List.copyOf(running);
        } finally {
            lock.unlock();
        }
        all.forEach(each -> each.cancel(true));
    }
}
