package dev.kintsugi.healing.call;

import dev.kintsugi.healing.time.Timers;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One call, and maybe a second of the same. Under its lock it is decided what calls there are and
 * which of them is the last; a call is cancelled by who ends the race, or by who began it too late.
 */
final class HedgeRace<T> {
    private final Supplier<CompletableFuture<T>> begin;
    private final CompletableFuture<T> first = new CompletableFuture<>();
    private final List<CompletableFuture<T>> running = new ArrayList<>();
    private int begun;
    private int failed;
    private boolean over;

    private HedgeRace(Supplier<CompletableFuture<T>> begin) {
        this.begin = begin;
    }

    /**
     * Begins.
     *
     * @param begin makes the call; returns at once
     * @param meter asked before a second call
     * @param threads makes the second call
     * @return what comes first; a failure only when no other call is under way. Cancelling it
     *     cancels both
     */
    static <T> CompletableFuture<T> run(
            Supplier<CompletableFuture<T>> begin,
            Hedge hedge,
            Timers timers,
            RetryMeter meter,
            Executor threads) {
        var race = new HedgeRace<>(begin);
        Bounds bounds = Bounds.current();
        race.begin();
        Timers.Timer timer =
                timers.after(
                        hedge.after(),
                        () -> {
                            if (!race.first.isDone() && meter.take()) {
                                threads.execute(() -> bounds.run(race::begin));
                            }
                        });
        race.first.whenComplete((_, _) -> {
            timer.cancel();
            race.ended().forEach(each -> each.cancel(true));
        });
        return race.first;
    }

    private void begin() {
        if (!mayBegin()) {
            return;
        }
        CompletableFuture<T> call = made();
        if (!isInTime(call)) {
            call.cancel(true);
        }
        call.whenComplete(this::ended);
    }

    private synchronized boolean mayBegin() {
        begun += over ? 0 : 1;
        return !over;
    }

    private CompletableFuture<T> made() {
        try {
            return begin.get();
        } catch (Throwable thrown) {
            return CompletableFuture.failedFuture(thrown);
        }
    }

    /** Who ends the race cancels what was in time. */
    private synchronized boolean isInTime(CompletableFuture<T> call) {
        return !over && running.add(call);
    }

    private void ended(@Nullable T value, @Nullable Throwable thrown) {
        if (thrown == null) {
            first.complete(Recovery.value(value));
        } else if (isLast()) {
            first.completeExceptionally(thrown);
        }
    }

    /** Whether a call that failed was the last under way; then no other begins. */
    private synchronized boolean isLast() {
        over |= ++failed == begun;
        return over;
    }

    /** Those that are under way. */
    private synchronized List<CompletableFuture<T>> ended() {
        over = true;
        running.removeIf(CompletableFuture::isDone);
        return running;
    }
}
