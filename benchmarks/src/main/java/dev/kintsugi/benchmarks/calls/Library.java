package dev.kintsugi.benchmarks.calls;

import java.util.Locale;

/** Who makes the calls. */
enum Library {
    KINTSUGI,
    RESILIENCE4J,
    FAILSAFE;

    /** The benchmark's method, and the name in reports. */
    String key() {
        return name().toLowerCase(Locale.ROOT);
    }
}
