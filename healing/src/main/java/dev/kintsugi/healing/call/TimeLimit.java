package dev.kintsugi.healing.call;

import dev.kintsugi.healing.time.TimeAndChance;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Makes a call on the calling thread and interrupts it when its time is up. */
final class TimeLimit {
    private final String component;
    private final Duration limit;
    private final TimeAndChance time;

    /**
     * @param limit how long it may take; less where the deadline of the call that the thread is in
     *     comes earlier
     */
    TimeLimit(String component, Duration limit, TimeAndChance time) {
        this.component = component;
        this.limit = limit;
        this.time = time;
    }

    /** Of an attempt that begins now. */
    Deadline deadline() {
        return Deadline.in(limit, time.ticker(), component);
    }

    @Nullable Object call(Operation<?, ?> operation) throws Throwable {
        Deadline deadline = deadline();
        long word = Watchdog.word(deadline.atNanos());
        boolean real = time.ticker() == TimeAndChance.real().ticker();
        int slot = real ? Watchdog.shared().begin(word) : Watchdog.NONE;
        Alarm alarm = slot == Watchdog.NONE ? new Alarm(deadline.allowed(), time.timers()) : null;
        Object value;
        try {
            value = ScopedValue.where(Deadline.CURRENT, deadline).call(operation::call);
        } catch (Throwable thrown) {
            if (end(slot, word, alarm) && thrown instanceof Exception) {
                throw late(deadline, thrown);
            }
            throw thrown;
        }
        if (end(slot, word, alarm)) {
            throw late(deadline, null);
        }
        return value;
    }

    /** A call that was not over by its deadline. */
    CallTimedOut late(Deadline deadline, @Nullable Throwable cause) {
        boolean callers = !deadline.owner().equals(component);
        return new CallTimedOut(component, deadline.allowed(), callers, cause);
    }

    private static boolean end(int slot, long word, @Nullable Alarm alarm) {
        return alarm == null ? Watchdog.shared().end(slot, word) : alarm.end();
    }
}
