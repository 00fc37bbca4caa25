package dev.kintsugi.cli;

import java.time.Duration;
import java.time.InstantSource;

/** Time that passes and keys that nobody had before; tests decide both. */
interface TimeAndChance extends InstantSource {
    /** Returns after the time given. */
    void pause(Duration time);

    /** A random key, different each time. */
    String newKey();
}
