package dev.kintsugi.healing.call;

import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * How often an operation was called before its exception was given up, told as a suppressed
 * exception. So that layers of recoveries do not multiply their attempts, an outer one counts what
 * inner ones spent, and inner ones learn from it how many are left. A call that goes well pays
 * nothing for either: what was spent travels with the failure, what is left is told only to
 * repetitions.
 */
final class Attempts extends Exception {
    private static final long serialVersionUID = 1;

    private static final ScopedValue<Integer> LEFT = ScopedValue.newInstance();

    /** How many causes are looked at. */
    private static final int MAX_CAUSES = 32;

    /** How many layers may mark one exception: one that is kept and thrown again must not grow. */
    private static final int MAX_MARKS = 10;

    private final String component;

    @SuppressWarnings("serial") // a number like any other
    private volatile int count;

    private Attempts(String component, int count) {
        super(null, null, false, false);
        this.component = component;
        this.count = count;
    }

    @Override
    public String getMessage() {
        return "%s was called %d times".formatted(component, count);
    }

    /** How many attempts may be made in all by a policy that allows {@code own}. */
    static int allowed(int own) {
        return LEFT.isBound() ? Math.min(own, LEFT.get()) : own;
    }

    /** Makes an attempt in which inner recoveries may make so many. */
    static <T> T within(int left, Supplier<T> attempt) {
        return ScopedValue.where(LEFT, left).call(attempt::get);
    }

    static void mark(Throwable thrown, String component, int count) {
        Attempts mark = find(thrown, component);
        if (mark != null) {
            mark.count = count;
        } else if (thrown.getSuppressed().length < MAX_MARKS) {
            thrown.addSuppressed(new Attempts(component, count));
        }
    }

    /** How many calls an attempt of a component was that threw this: what others spent, or 1. */
    static int spentBelow(Throwable thrown, String component) {
        int spent = 1;
        Throwable at = thrown;
        for (int i = 0; at != null && i < MAX_CAUSES; i++) {
            for (Throwable each : at.getSuppressed()) {
                if (each instanceof Attempts mark && !mark.component.equals(component)) {
                    spent = Math.max(spent, mark.count);
                }
            }
            at = at.getCause();
        }
        return spent;
    }

    private static @Nullable Attempts find(Throwable thrown, String component) {
        for (Throwable each : thrown.getSuppressed()) {
            if (each instanceof Attempts mark && mark.component.equals(component)) {
                return mark;
            }
        }
        return null;
    }
}
