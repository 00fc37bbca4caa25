package dev.kintsugi.cli.local;

import dev.kintsugi.client.json.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;

/**
 * What the command line remembers of the server it started, in {@code started.json}.
 *
 * @param ephemeral whether it leaves by itself when nobody needs it
 * @param roots folders below which it accepts repositories
 */
record Started(long pid, boolean ephemeral, List<String> roots) {
    /** Folders remembered at most; the oldest are forgotten first. */
    static final int MAX_ROOTS = 50;

    Started {
        roots = List.copyOf(roots);
    }

    static @Nullable Started read(Home home) {
        try {
            return Json.mapper().readValue(Files.readAllBytes(home.startedFile()), Started.class);
        } catch (IOException | JacksonException _) {
            return null;
        }
    }

    void write(Home home) throws IOException {
        Files.write(home.startedFile(), Json.mapper().writeValueAsBytes(this));
    }

    boolean covers(Path repository) {
        return roots.stream().anyMatch(root -> repository.startsWith(Path.of(root)));
    }
}
