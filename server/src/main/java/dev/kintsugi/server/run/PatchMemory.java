package dev.kintsugi.server.run;

import dev.kintsugi.client.task.Patch;

/** Remembers which patches mended which failures. Called inside a transaction of the system. */
public interface PatchMemory {
    void learn(String tenant, String fingerprint, Patch patch, boolean verified);
}
