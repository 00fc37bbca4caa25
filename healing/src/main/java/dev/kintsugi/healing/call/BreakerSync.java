package dev.kintsugi.healing.call;

import dev.kintsugi.healing.breaker.BreakerStore;
import dev.kintsugi.healing.time.Timers;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps a breaker and its store in step: at each change of phase and every {@link #EVERY}. Ends
 * when nobody uses the breaker any more.
 */
final class BreakerSync {
    /** How long it may take until a node hears of the others. */
    static final Duration EVERY = Duration.ofSeconds(1);

    private static final Logger LOG = LoggerFactory.getLogger(BreakerSync.class);

    private final String component;
    private final BreakerStore store;
    private final Timers timers;
    private final WeakReference<CircuitBreaker> breaker;
    private final ReentrantLock saving = new ReentrantLock();

    private BreakerSync(
            String component, BreakerStore store, Timers timers, CircuitBreaker breaker) {
        this.component = component;
        this.store = store;
        this.timers = timers;
        this.breaker = new WeakReference<>(breaker);
    }

    /** Begins where the store left off. */
    static void begin(String component, BreakerStore store, Timers timers, CircuitBreaker breaker) {
        if (store == BreakerStore.none()) {
            return;
        }
        try {
            breaker.resume(store.load(component));
        } catch (RuntimeException e) {
            LOG.warn("{}: the breaker's last state is not known, it begins closed", component, e);
        }
        var sync = new BreakerSync(component, store, timers, breaker);
        breaker.onMove(() -> Thread.startVirtualThread(sync::save));
        sync.again();
    }

    private void again() {
        timers.after(
                EVERY,
                () ->
                        Thread.startVirtualThread(() -> {
                            save();
                            if (breaker.get() != null) {
                                again();
                            }
                        }));
    }

    private void save() {
        CircuitBreaker live = breaker.get();
        // Who comes while another saves is late by less than a second.
        if (live == null || !saving.tryLock()) {
            return;
        }
        try {
            BreakerStore.Votes votes = store.save(component, live.state());
            if (votes.mostOpenedAfter(live.closedSince())) {
                live.trip();
            }
        } catch (RuntimeException e) {
            LOG.warn("{}: the breaker goes on without its store", component, e);
        } finally {
            saving.unlock();
        }
    }
}
