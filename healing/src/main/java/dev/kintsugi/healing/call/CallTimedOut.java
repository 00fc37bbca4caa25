package dev.kintsugi.healing.call;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** A call whose time was up before it ended. */
public final class CallTimedOut extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final String component;

    /**
     * @param cause what the operation made of being interrupted; null when it returned
     */
    CallTimedOut(String component, Duration after, @Nullable Throwable cause) {
        super("%s: timed out after %d ms".formatted(component, after.toMillis()), cause);
        this.component = component;
    }

    public String component() {
        return component;
    }
}
