package dev.kintsugi.cli.local;

import dev.kintsugi.client.json.Json;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;

/**
 * Folders below which the local server accepts repositories: those that {@code
 * KINTSUGI_WORKSPACE_ROOTS} says, else those noted here, which a running server reads anew for each
 * plan.
 */
final class Roots {
    /** Folders noted at most; the oldest are forgotten first. */
    static final int MAX_NOTED = 1_000;

    private Roots() {}

    /** What the user says; empty when nothing. */
    static List<Path> said(Map<String, String> env) {
        var said = env.getOrDefault("KINTSUGI_WORKSPACE_ROOTS", "");
        return Arrays.stream(said.split(File.pathSeparator))
                .map(String::strip)
                .filter(entry -> !entry.isEmpty())
                .map(Path::of)
                .toList();
    }

    static boolean cover(List<Path> roots, @Nullable Path repository) {
        return repository == null
                || roots.stream().anyMatch(root -> repository.startsWith(real(root)));
    }

    private static Path real(Path root) {
        try {
            return root.toRealPath();
        } catch (IOException _) {
            return root; // not there: it covers nothing either way
        }
    }

    static List<Path> noted(Home home) {
        try {
            var file = Files.readAllBytes(home.rootsFile());
            var folders = Json.mapper().readValue(file, String[].class);
            return folders == null ? List.of() : Arrays.stream(folders).map(Path::of).toList();
        } catch (IOException | JacksonException _) {
            return List.of();
        }
    }

    /** Adds the repository, newest first. The caller holds the lock of the home. */
    static void note(Home home, Path repository) throws IOException {
        var folders = new LinkedHashSet<String>();
        folders.add(repository.toString());
        noted(home).stream().filter(Files::isDirectory).map(Path::toString).forEach(folders::add);
        var kept = folders.stream().limit(MAX_NOTED).toList();
        var next = home.rootsFile().resolveSibling("workspace-roots.json.new");
        Files.write(next, Json.mapper().writeValueAsBytes(kept));
        Files.move(next, home.rootsFile(), StandardCopyOption.ATOMIC_MOVE);
    }
}
