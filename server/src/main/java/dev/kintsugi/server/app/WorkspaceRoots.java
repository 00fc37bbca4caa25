package dev.kintsugi.server.app;

import dev.kintsugi.client.json.Json;
import dev.kintsugi.server.tenant.Tenants;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.slf4j.LoggerFactory;
import tools.jackson.core.JacksonException;

/**
 * Folders below which tenant {@value Tenants#DEFAULT} may name repositories by path: those that
 * {@code KINTSUGI_WORKSPACE_ROOTS} says, and no others; where it says nothing, those that the
 * user's command line noted in {@code KINTSUGI_HOME/workspace-roots.json}. That file is read anew
 * each time, so that a running server learns of the next repository. They are the repositories of
 * the machine's own user, so other tenants name URLs.
 *
 * @param said as the operator named them; empty when the file decides
 * @param noted the file
 */
record WorkspaceRoots(List<Path> said, Path noted) {
    WorkspaceRoots {
        said = List.copyOf(said);
    }

    static WorkspaceRoots of(String said, Path home) {
        var folders =
                Arrays.stream(said.split(File.pathSeparator))
                        .map(String::strip)
                        .filter(entry -> !entry.isEmpty())
                        .map(Path::of)
                        .toList();
        return new WorkspaceRoots(folders, home.resolve("workspace-roots.json"));
    }

    List<Path> accepted(String tenant) {
        if (!tenant.equals(Tenants.DEFAULT)) {
            return List.of();
        }
        if (!said.isEmpty()) {
            return said;
        }
        try {
            var folders = Json.mapper().readValue(Files.readAllBytes(noted), String[].class);
            return folders == null ? List.of() : Arrays.stream(folders).map(Path::of).toList();
        } catch (NoSuchFileException _) {
            return List.of();
        } catch (IOException | JacksonException e) {
            LoggerFactory.getLogger(WorkspaceRoots.class)
                    .warn(
                            "Cannot read {} ({}): no path is accepted as a workspace",
                            noted,
                            e.toString());
            return List.of();
        }
    }
}
