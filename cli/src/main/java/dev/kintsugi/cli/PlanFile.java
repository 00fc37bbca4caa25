package dev.kintsugi.cli;

import dev.kintsugi.cli.screen.Text;
import dev.kintsugi.client.plan.Inputs;
import dev.kintsugi.client.plan.Plan;
import dev.kintsugi.client.plan.PlanReader;
import dev.kintsugi.client.plan.PlanReading;
import dev.kintsugi.client.plan.Problem;
import dev.kintsugi.client.plan.UnreadablePlanException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.StringNode;

/**
 * A plan as the user has it.
 *
 * @param name as the user wrote it
 * @param directory where its relative paths start, absolute
 * @param warnings what is allowed and yet probably not meant
 */
record PlanFile(String name, Path directory, String text, Plan plan, List<Problem> warnings) {

    PlanFile {
        warnings = List.copyOf(warnings);
    }

    /** Reads and checks it. */
    static PlanFile read(Shell shell, String name) {
        var path = shell.path(name);
        var text = text(path, name);
        return switch (PlanReader.read(text, name)) {
            case PlanReading.Accepted(var plan, var warnings) -> {
                warnings.forEach(warning -> shell.warn(Text.safe("warning: " + warning)));
                yield new PlanFile(name, directory(path), text, plan, warnings);
            }
            case PlanReading.Rejected(var problems) ->
                    throw new CommandException(
                            ExitCode.BAD_INPUT,
                            "%s has %s: nothing was run"
                                    .formatted(name, Text.count(problems.size(), "mistake")),
                            problems.stream().map(Problem::toString).toList());
        };
    }

    /** The same with these values for the plan's inputs. */
    PlanFile given(SortedMap<String, String> set) {
        var values = new TreeMap<String, JsonNode>();
        set.forEach((input, text) -> values.put(input, StringNode.valueOf(text)));
        return switch (Inputs.bind(plan, values)) {
            case PlanReading.Accepted(var bound, _) ->
                    new PlanFile(name, directory, text, bound, warnings);
            case PlanReading.Rejected(var problems) ->
                    throw new CommandException(
                            ExitCode.BAD_INPUT,
                            "%s is given %s: nothing was run; give values by --set NAME=VALUE"
                                    .formatted(name, Text.count(problems.size(), "bad input")),
                            problems.stream().map(Problem::toString).toList());
        };
    }

    private static Path directory(Path path) {
        var parent = path.getParent();
        return parent == null ? path : parent;
    }

    private static String text(Path path, String name) {
        try {
            return PlanReader.text(path);
        } catch (UnreadablePlanException e) {
            throw new CommandException(
                    ExitCode.BAD_INPUT, "%s: %s".formatted(name, e.getMessage()));
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
        if (workspace == null || workspace.isUrl()) {
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
                    ExitCode.BAD_INPUT,
                    "%s: workspace.git: %s cannot be read: %s"
                            .formatted(name, folder, e.getMessage()));
        }
    }
}
