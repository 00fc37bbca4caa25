package dev.kintsugi.cli.local;

import dev.kintsugi.client.json.Json;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;

/**
 * What a server says about itself in {@code server.json} once it is ready.
 *
 * @param startedAt when it started; a process that is younger is another one with its number
 * @param build the build it came from; null when it does not know
 * @param ephemeral whether it leaves by itself when nobody needs it
 * @param workspaceRoots the only folders below which it accepts repositories; null or empty when it
 *     reads those noted in the home
 */
record ServerFile(
        long pid,
        Instant startedAt,
        int port,
        @Nullable String build,
        boolean ephemeral,
        @Nullable List<String> workspaceRoots) {
    /** How far a process's start time and the server's own clock may lie apart. */
    private static final Duration SLACK = Duration.ofSeconds(2);

    /** The file's content; null when there is none, or nothing sensible in it. */
    static @Nullable ServerFile read(Home home) {
        if (!Files.isRegularFile(home.serverFile())) {
            return null;
        }
        try {
            var file =
                    Json.mapper()
                            .readValue(Files.readAllBytes(home.serverFile()), ServerFile.class);
            boolean sensible = file != null && file.pid() > 0 && file.port() > 0;
            return sensible && file.startedAt() != null ? file : null;
        } catch (NoSuchFileException | JacksonException _) {
            return null;
        } catch (IOException e) {
            throw home.unusable(e);
        }
    }

    List<Path> roots() {
        return workspaceRoots == null ? List.of() : workspaceRoots.stream().map(Path::of).toList();
    }

    URI uri() {
        return URI.create("http://127.0.0.1:" + port);
    }

    /** The server's process; null when it is gone, even if its number is taken again. */
    @Nullable ProcessHandle process() {
        var process = ProcessHandle.of(pid).filter(ProcessHandle::isAlive).orElse(null);
        if (process == null) {
            return null;
        }
        var born = process.info().startInstant().orElse(startedAt);
        return born.isAfter(startedAt.plus(SLACK)) ? null : process;
    }
}
