package dev.kintsugi.healing.call;

import java.lang.ref.WeakReference;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * How often an operation was called before its exception was given up, told as a suppressed
 * exception, or beside one that takes none. So that layers of recoveries do not multiply their
 * attempts, an outer one counts what inner ones spent, and inner ones learn from it how many are
 * left. A call that goes well pays nothing for either: what was spent travels with the failure,
 * what is left is told only to repetitions.
 */
final class Attempts extends Exception {
    private static final long serialVersionUID = 1;

    /**
     * How many marks were made: one of a higher number is younger. Asked when an attempt begins, as
     * an exception may bear marks of calls long before; as a field, since the compiler inlines no
     * methods of exceptions.
     */
    static final AtomicLong MARKS = new AtomicLong();

    /** How many causes are looked at. */
    private static final int MAX_CAUSES = 32;

    /** How many layers may mark one exception: one that is kept and thrown again must not grow. */
    private static final int MAX_MARKS = 10;

    /** Marks of the last exceptions that take no suppressed ones, each in its place. */
    private static final AtomicReferenceArray<@Nullable Attempts> BESIDE =
            new AtomicReferenceArray<>(1_024);

    private final String component;

    private volatile int count;
    private volatile long number;

    /** What it is beside; of nothing when it is in it. */
    private transient volatile WeakReference<@Nullable Throwable> of = new WeakReference<>(null);

    private Attempts(String component) {
        super(null, null, false, false);
        this.component = component;
    }

    @Override
    public String getMessage() {
        return "%s was called %d times".formatted(component, count);
    }

    static void mark(Throwable thrown, String component, int count) {
        Attempts mark = find(thrown, component);
        if (mark == null) {
            mark = new Attempts(component);
            int before = thrown.getSuppressed().length;
            if (before < MAX_MARKS) {
                thrown.addSuppressed(mark);
            }
            if (before == 0 && thrown.getSuppressed().length == 0) {
                mark.of = new WeakReference<>(thrown);
                BESIDE.set(place(thrown), mark);
            }
        }
        mark.count = count;
        mark.number = MARKS.incrementAndGet();
    }

    /**
     * How many calls an attempt was that threw this: what recoveries within it spent, or 1. One
     * exception that several threads throw at a time may bring fewer attempts, never more.
     *
     * @param since the number of {@link #MARKS} when it began
     */
    static int spentBelow(Throwable thrown, long since) {
        int spent = 1;
        Throwable at = thrown;
        for (int i = 0; at != null && i < MAX_CAUSES; i++) {
            for (Throwable each : marks(at)) {
                if (each instanceof Attempts mark && mark.number > since) {
                    spent = Math.max(spent, mark.count);
                }
            }
            at = at.getCause();
        }
        return spent;
    }

    private static @Nullable Attempts find(Throwable thrown, String component) {
        for (Throwable each : marks(thrown)) {
            if (each instanceof Attempts mark && mark.component.equals(component)) {
                return mark;
            }
        }
        return null;
    }

    private static Throwable[] marks(Throwable thrown) {
        Throwable[] suppressed = thrown.getSuppressed();
        Attempts beside = suppressed.length > 0 ? null : BESIDE.get(place(thrown));
        return beside != null && beside.of.refersTo(thrown) ? new Throwable[] {beside} : suppressed;
    }

    private static int place(Throwable thrown) {
        return System.identityHashCode(thrown) & BESIDE.length() - 1;
    }
}
