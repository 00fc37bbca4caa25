package dev.kintsugi.server.run;

import dev.kintsugi.client.plan.Plan;
import dev.kintsugi.server.platform.BadInputException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Plans whose repositories are named by absolute paths. */
final class Located {
    private Located() {}

    static Plan of(Plan plan, @Nullable String directory) {
        var workspace = plan.workspace();
        if (workspace == null
                || workspace.isUrl()
                || path("workspace.git", workspace.git()).isAbsolute()) {
            return plan;
        }
        if (directory == null || !path("directory", directory).isAbsolute()) {
            throw new BadInputException(
                    "workspace.git: %s is relative; give an absolute path or a URL, or send the plan's folder as parameter directory"
                            .formatted(workspace.git()));
        }
        var absolute = path("directory", directory).resolve(workspace.git()).normalize().toString();
        return plan.on(new Plan.Workspace(absolute, workspace.ref()));
    }

    private static Path path(String what, String text) {
        try {
            return Path.of(text);
        } catch (InvalidPathException e) {
            throw new BadInputException("%s is not a path: %s".formatted(what, e.getReason()));
        }
    }
}
