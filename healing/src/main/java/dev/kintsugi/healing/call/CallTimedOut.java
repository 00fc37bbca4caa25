package dev.kintsugi.healing.call;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** A call whose time was up before it ended. */
public final class CallTimedOut extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final String component;
    private final boolean callers;

    /**
     * @param callers whether it was the deadline of the call around it that came first
     * @param cause what the operation made of being interrupted; null when it returned
     */
    CallTimedOut(String component, Duration after, boolean callers, @Nullable Throwable cause) {
        super("%s: timed out after %d ms".formatted(component, after.toMillis()), cause);
        this.component = component;
        this.callers = callers;
    }

    /** Whose time was up. */
    public String component() {
        return component;
    }

    /**
     * Whether the call was cut short by the deadline of the call around it, before its own timeout:
     * that says nothing of the component.
     */
    public boolean isCallersDeadline() {
        return callers;
    }
}
