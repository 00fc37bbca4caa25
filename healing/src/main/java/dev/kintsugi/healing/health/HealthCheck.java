package dev.kintsugi.healing.health;

import dev.kintsugi.healing.HealthStatus;
import java.util.Objects;

/**
 * A component's own check, brought by the user. It runs on a virtual thread of its own and is
 * interrupted when it takes too long; a check that throws or takes too long counts as {@link
 * HealthStatus#CRITICAL}.
 */
@FunctionalInterface
public interface HealthCheck {

    /**
     * What the check found.
     *
     * @param message one line for people
     */
    record Answer(HealthStatus status, String message) {
        public Answer {
            Objects.requireNonNull(status, "status");
            Objects.requireNonNull(message, "message");
        }

        /** All is well. */
        public static Answer healthy() {
            return new Answer(HealthStatus.HEALTHY, "Health check passed");
        }
    }

    /**
     * Looks at the component.
     *
     * @throws Exception when the component cannot be looked at, which makes it critical
     */
    Answer check() throws Exception;
}
