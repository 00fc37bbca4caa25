package dev.kintsugi.healing.call;

import java.time.Duration;
import java.util.Objects;

/** Refuses nonsense with the parameter's name, its range and the value. */
final class Check {
    private Check() {}

    static String name(String name, String value) {
        if (Objects.requireNonNull(value, name).isBlank()) {
            throw new IllegalArgumentException(name + " must not be blank");
        }
        return value;
    }

    static int count(String name, int value, int min, int max) {
        if (value < min || value > max) {
            throw refused(name, "[" + min + ", " + max + "]", value);
        }
        return value;
    }

    static double number(String name, double value, double min, double max) {
        // Written so that NaN is refused.
        if (!(value >= min && value <= max)) {
            throw refused(name, "[" + min + ", " + max + "]", value);
        }
        return value;
    }

    static Duration time(String name, Duration value, Duration min, Duration max) {
        Objects.requireNonNull(value, name);
        if (value.compareTo(min) < 0 || value.compareTo(max) > 0) {
            throw refused(name, "[" + min + ", " + max + "]", value);
        }
        return value;
    }

    private static IllegalArgumentException refused(String name, String range, Object value) {
        return new IllegalArgumentException(name + " must be in " + range + ", was " + value);
    }
}
