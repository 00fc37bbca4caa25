package dev.kintsugi.healing.call;

import dev.kintsugi.healing.breaker.BreakerState;
import dev.kintsugi.healing.breaker.BreakerStore;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps a breaker and its store in step: at each change of phase, and every {@link #EVERY} in which
 * calls were asked for, so that idle nodes have no say. Ends when nobody uses the breaker any more,
 * or the component has got another.
 */
final class BreakerSync {
    /** How long it may take until a node hears of the others. */
    static final Duration EVERY = Duration.ofSeconds(1);

    private static final Logger LOG = LoggerFactory.getLogger(BreakerSync.class);

    private final Component component;
    private final WeakReference<CircuitBreaker> breaker;
    private final ReentrantLock saving = new ReentrantLock();

    /** A change of phase, which is saved even when nobody calls. */
    private final AtomicBoolean unsaved = new AtomicBoolean();

    private long callsSaved; // under the lock, as the next
    private boolean away;

    private BreakerSync(Component component, CircuitBreaker breaker) {
        this.component = component;
        this.breaker = new WeakReference<>(breaker);
    }

    /** Begins where the store left off. */
    static void begin(Component component, CircuitBreaker breaker) {
        if (component.breakers == BreakerStore.none()) {
            return;
        }
        var sync = new BreakerSync(component, breaker);
        component.sync = sync;
        breaker.resume(sync.load());
        breaker.onMove(() -> {
            sync.unsaved.set(true);
            Thread.startVirtualThread(sync::save);
        });
        sync.again();
    }

    private BreakerState load() {
        try {
            return component.breakers.load(component.name);
        } catch (RuntimeException e) {
            isAway(e);
            return BreakerState.closed();
        }
    }

    private void again() {
        component
                .time
                .timers()
                .after(
                        EVERY,
                        () ->
                                Thread.startVirtualThread(() -> {
                                    save();
                                    if (live() != null) {
                                        again();
                                    }
                                }));
    }

    private void save() {
        CircuitBreaker live = live();
        // Who comes while another saves is late by less than a second.
        if (live == null || !saving.tryLock()) {
            return;
        }
        boolean moved = unsaved.getAndSet(false);
        try {
            long calls = component.counters.calls();
            if (moved || calls != callsSaved) {
                BreakerStore.Votes votes = component.breakers.save(component.name, live.state());
                callsSaved = calls;
                isBack();
                if (votes.mostOpenedAfter(live.closedSince())) {
                    live.trip();
                }
            }
        } catch (RuntimeException e) {
            unsaved.compareAndSet(false, moved);
            isAway(e);
        } finally {
            saving.unlock();
        }
    }

    /** The breaker, while it is used and its state is the component's. */
    private @Nullable CircuitBreaker live() {
        return component.sync == this ? breaker.get() : null;
    }

    private void isAway(RuntimeException e) {
        if (!away) {
            LOG.warn("{}: the breaker goes on without its store", component.name, e);
        }
        away = true;
    }

    private void isBack() {
        if (away) {
            LOG.info("{}: the breaker's store is back", component.name);
        }
        away = false;
    }
}
