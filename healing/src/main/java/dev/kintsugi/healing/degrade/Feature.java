package dev.kintsugi.healing.degrade;

import dev.kintsugi.healing.DegradationLevel;
import java.util.Objects;

/**
 * A feature flag that follows the degradation.
 *
 * @param name of the feature
 * @param upTo the most degraded level at which it is still on: FULL for what can be done without,
 *     LIMITED for most, ESSENTIAL for the core, MAINTENANCE for reading
 */
public record Feature(String name, DegradationLevel upTo) {
    public Feature {
        if (name.isBlank()) {
            throw new IllegalArgumentException("name must not be blank");
        }
        Objects.requireNonNull(upTo, "upTo");
    }

    boolean isOnAt(DegradationLevel level) {
        return level.compareTo(upTo) <= 0;
    }
}
