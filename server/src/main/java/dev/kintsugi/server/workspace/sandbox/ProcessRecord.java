package dev.kintsugi.server.workspace.sandbox;

import dev.kintsugi.client.json.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import org.jspecify.annotations.Nullable;

/**
 * What is needed to end an attempt whose worker is gone.
 *
 * @param marker what its processes carry in their environment
 * @param worker who runs it
 * @param process its first process; null before the start
 */
record ProcessRecord(String marker, ProcessIdentity worker, @Nullable ProcessIdentity process) {

    static ProcessRecord of(String marker) {
        return new ProcessRecord(marker, ProcessIdentity.ofThisWorker(), null);
    }

    ProcessRecord started(long pid) {
        return new ProcessRecord(marker, worker, ProcessIdentity.of(pid).orElse(null));
    }

    static ProcessRecord read(Path file) throws IOException {
        return Json.mapper().readValue(Files.readAllBytes(file), ProcessRecord.class);
    }

    /** Writes it whole or not at all. */
    void write(Path file) throws IOException {
        var draft = file.resolveSibling(file.getFileName() + ".new");
        Files.write(draft, Json.mapper().writeValueAsBytes(this));
        Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE);
    }
}
