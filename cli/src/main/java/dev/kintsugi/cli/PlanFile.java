package dev.kintsugi.cli;

import dev.kintsugi.client.plan.Plan;
import dev.kintsugi.client.plan.PlanReader;
import dev.kintsugi.client.plan.PlanReading;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * A plan as the user has it.
 *
 * @param name as the user wrote it
 * @param directory where its relative paths start, absolute
 */
record PlanFile(String name, Path directory, String text, Plan plan) {

    /** Reads and checks it; every problem is told before it is refused. */
    static PlanFile read(Shell shell, String name) {
        var path = shell.path(name);
        var text = text(path, name);
        return switch (PlanReader.read(text, name)) {
            case PlanReading.Accepted(var plan, var warnings) -> {
                warnings.forEach(warning -> shell.warn("warning: " + warning));
                yield new PlanFile(name, directory(path), text, plan);
            }
            case PlanReading.Rejected(var problems) -> {
                problems.forEach(problem -> shell.warn(problem.toString()));
                var count = problems.size() == 1 ? "a mistake" : problems.size() + " mistakes";
                throw new CommandException(
                        ExitCode.BAD_INPUT, "%s has %s: nothing was run".formatted(name, count));
            }
        };
    }

    private static Path directory(Path path) {
        var parent = path.getParent();
        return parent == null ? path : parent;
    }

    private static String text(Path path, String name) {
        try {
            if (Files.isDirectory(path)) {
                throw new CommandException(
                        ExitCode.BAD_INPUT, name + " is a folder: name a plan file");
            }
            if (Files.size(path) > PlanReader.MAX_SIZE) {
                throw new CommandException(
                        ExitCode.BAD_INPUT,
                        "%s has %,d bytes: a plan may have at most %,d"
                                .formatted(name, Files.size(path), PlanReader.MAX_SIZE));
            }
            return Files.readString(path);
        } catch (NoSuchFileException _) {
            throw new CommandException(ExitCode.BAD_INPUT, "there is no file " + path);
        } catch (CharacterCodingException _) {
            throw new CommandException(ExitCode.BAD_INPUT, name + " is not UTF-8 text");
        } catch (IOException e) {
            throw new CommandException(
                    ExitCode.BAD_INPUT, "cannot read %s (%s)".formatted(name, e));
        }
    }

    /**
     * The root of the plan's repository, of which the plan may mean only a folder; null when it has
     * none or it is a URL.
     *
     * @throws CommandException when there is no git repository
     */
    @Nullable Path repository() {
        var workspace = plan.workspace();
        if (workspace == null || workspace.git().matches("[a-z+]+://.*|[\\w.-]+@[\\w.-]+:.*")) {
            return null;
        }
        var folder = folder(workspace.git());
        var root = root(folder);
        if (root == null) {
            throw new CommandException(
                    ExitCode.BAD_INPUT,
                    "%s: workspace.git: %s is not a git repository: make it one with `git init`, or correct the path"
                            .formatted(name, folder));
        }
        return root;
    }

    private Path folder(String git) {
        try {
            return directory.resolve(git).normalize();
        } catch (InvalidPathException e) {
            throw new CommandException(
                    ExitCode.BAD_INPUT,
                    "%s: workspace.git: \"%s\" cannot be a path here (%s)"
                            .formatted(name, git, e.getReason()));
        }
    }

    private @Nullable Path root(Path folder) {
        if (!Files.isDirectory(folder)) {
            return null;
        }
        try {
            var real = folder.toRealPath();
            if (Files.isRegularFile(real.resolve("HEAD"))
                    && Files.isDirectory(real.resolve("objects"))) {
                return real;
            }
            for (var above = real; above != null; above = above.getParent()) {
                if (Files.exists(above.resolve(".git"))) {
                    return above;
                }
            }
            return null;
        } catch (IOException e) {
            throw new CommandException(
                    ExitCode.BAD_INPUT, "cannot read %s (%s)".formatted(folder, e));
        }
    }
}
