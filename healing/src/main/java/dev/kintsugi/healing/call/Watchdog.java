package dev.kintsugi.healing.call;

import dev.kintsugi.healing.time.Ticker;
import dev.kintsugi.healing.time.TimeAndChance;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Interrupts threads whose time is up. A call that ends in time costs two atomic writes to a slot
 * of its own; one thread looks over the slots, but only when the earliest deadline comes: with
 * calls that end in time, about once per timeout, however many calls there are.
 *
 * <p>A slot belongs to a call from TAKEN to FREE. Its word is the deadline while the call may be
 * interrupted; who changes it decides alone whether that happens, and the call leaves only after an
 * interrupt that has begun is over, so that none can reach what the thread does next.
 */
final class Watchdog {
    /** More calls than these at a time are watched by timers instead. */
    static final int SLOTS = 1_024;

    static final int NONE = -1;

    private static final Logger LOG = LoggerFactory.getLogger(Watchdog.class);

    private static final int PROBES = 8;

    /** So long that slots are on cache lines of their own. */
    private static final int STRIDE = 8;

    private static final long IDLE_NANOS = TimeUnit.HOURS.toNanos(1);

    private static final long FREE = 0;
    private static final long TAKEN = 1;
    private static final long INTERRUPTING = 2;
    private static final long INTERRUPTED = 3;

    /** Late, and interrupted by somebody else before. */
    private static final long SPARED = 4;

    private static final long FIRST_DEADLINE = 5;

    private final Ticker ticker;
    private final AtomicLongArray words = new AtomicLongArray(SLOTS * STRIDE);

    /** Who is in a slot, or was last: a thread that has ended may stay reachable from here. */
    private final AtomicReferenceArray<@Nullable Thread> threads =
            new AtomicReferenceArray<>(SLOTS);

    private final Thread thread;
    private volatile long nextLook;

    Watchdog(Ticker ticker) {
        this.ticker = ticker;
        this.nextLook = ticker.nanos() + IDLE_NANOS;
        this.thread = Thread.ofPlatform().daemon().name("kintsugi-watchdog").unstarted(this::watch);
    }

    /** The one of the program; begins with the first call that has a timeout. */
    static Watchdog shared() {
        return Shared.WATCHDOG;
    }

    /** What a deadline is called by its slot. */
    static long word(long deadline) {
        return deadline >= FREE && deadline < FIRST_DEADLINE ? FIRST_DEADLINE : deadline;
    }

    /**
     * Interrupts the calling thread once the deadline has passed, unless {@link #end} is called
     * before.
     *
     * @param word the deadline by the ticker, as {@link #word} puts it
     * @return what to end it by; {@link #NONE} when nothing is watched, for want of a slot
     */
    int begin(long word) {
        int first = (int) (Thread.currentThread().threadId() * 0x9E3779B97F4A7C15L >>> 54);
        for (int i = 0; i < PROBES; i++) {
            int slot = first + i & SLOTS - 1;
            if (words.get(slot * STRIDE) == FREE
                    && words.compareAndSet(slot * STRIDE, FREE, TAKEN)) {
                threads.setPlain(slot, Thread.currentThread());
                words.set(slot * STRIDE, word);
                if (word - nextLook < 0) {
                    LockSupport.unpark(thread);
                }
                return slot;
            }
        }
        return NONE;
    }

    /**
     * Whether its time was up; an interrupt by this is then taken back, one that somebody else made
     * before is not. One that comes after it cannot be told from it, and is lost.
     */
    boolean end(int slot, long word) {
        if (words.compareAndSet(slot * STRIDE, word, FREE)) {
            return false;
        }
        long now;
        while ((now = words.get(slot * STRIDE)) == INTERRUPTING) {
            Thread.onSpinWait();
        }
        if (now == INTERRUPTED) {
            Thread.interrupted();
        }
        words.set(slot * STRIDE, FREE);
        return true;
    }

    private void watch() {
        while (true) {
            // Who comes while this looks around wakes it again.
            nextLook = ticker.nanos() + IDLE_NANOS;
            long earliest = lookAround();
            nextLook = earliest;
            LockSupport.parkNanos(this, earliest - ticker.nanos());
        }
    }

    /** Interrupts who is late; the earliest of the other deadlines. */
    long lookAround() {
        long now = ticker.nanos();
        long earliest = now + IDLE_NANOS;
        for (int slot = 0; slot < SLOTS; slot++) {
            long word = words.get(slot * STRIDE);
            if (word >= FREE && word < FIRST_DEADLINE) {
                continue;
            }
            if (word - now <= 0) {
                interrupt(slot, word);
            } else if (word - earliest < 0) {
                earliest = word;
            }
        }
        return earliest;
    }

    private void interrupt(int slot, long word) {
        if (words.compareAndSet(slot * STRIDE, word, INTERRUPTING)) {
            Thread late = threads.get(slot);
            boolean spared = late == null || late.isInterrupted();
            try {
                if (late != null && !spared) {
                    late.interrupt();
                }
            } catch (Throwable thrown) {
                // By the channel that it waits for: its own code runs here, after the interrupt.
                LOG.warn("{} was interrupted, but the channel failed", late, thrown);
            } finally {
                words.set(slot * STRIDE, spared ? SPARED : INTERRUPTED);
            }
        }
    }

    private static final class Shared {
        static final Watchdog WATCHDOG = started();

        private static Watchdog started() {
            var watchdog = new Watchdog(TimeAndChance.real().ticker());
            watchdog.thread.start();
            return watchdog;
        }
    }
}
