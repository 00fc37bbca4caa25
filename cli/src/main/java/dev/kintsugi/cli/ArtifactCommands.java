package dev.kintsugi.cli;

import static java.nio.file.LinkOption.NOFOLLOW_LINKS;

import dev.kintsugi.cli.screen.Text;
import dev.kintsugi.client.api.Artifact;
import dev.kintsugi.client.api.KintsugiClient;
import dev.kintsugi.client.task.Artifacts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Commands about files that steps left to be kept. */
final class ArtifactCommands {
    private ArtifactCommands() {}

    /** Lists them. */
    @Command(name = "list", description = "List files that a run's steps left to be kept.")
    static final class Listing implements Callable<Integer> {
        private final Shell shell;

        @Mixin RunOptions options = new RunOptions();

        @Parameters(
                index = "1",
                arity = "0..1",
                paramLabel = "STEP",
                description = "Only those of this step.")
        @Nullable String step;

        Listing(Shell shell) {
            this.shell = shell;
        }

        @Override
        public Integer call() {
            return options.call(
                    shell,
                    (client, id) -> {
                        var found = client.artifacts(id, step);
                        if (options.json()) {
                            found.forEach(shell::sayJson);
                        } else {
                            found.forEach(one -> shell.say(line(one)));
                        }
                        return ExitCode.OK;
                    });
        }

        private static String line(Artifact one) {
            return "%s  attempt %d  %,10d bytes  %s"
                    .formatted(one.step(), one.attempt(), one.size(), Text.safe(one.name()));
        }
    }

    /** Fetches them. */
    @Command(
            name = "get",
            description = "Fetch files that a run's steps left to be kept, each below its step.")
    static final class Getting implements Callable<Integer> {
        private final Shell shell;

        @Mixin RunOptions options = new RunOptions();

        @Parameters(
                index = "1",
                arity = "0..1",
                paramLabel = "STEP",
                description = "Only those of this step.")
        @Nullable String step;

        @Parameters(
                index = "2",
                arity = "0..1",
                paramLabel = "NAME",
                description = "Only the one of this name.")
        @Nullable String name;

        @Option(
                names = "--to",
                paramLabel = "DIR",
                description = "The folder to write to; artifacts-RUN unless given.")
        @Nullable String to;

        Getting(Shell shell) {
            this.shell = shell;
        }

        @Override
        public Integer call() {
            return options.call(
                    shell,
                    (client, id) -> {
                        var wanted = wanted(client.artifacts(id, step));
                        var folder = shell.path(to == null ? "artifacts-" + id : to);
                        for (var one : wanted) {
                            var file = write(client, one, folder);
                            if (options.json()) {
                                shell.sayJson(new Fetched(one.step(), one.name(), file.toString()));
                            } else {
                                shell.say(Text.safe(file.toString()));
                            }
                        }
                        return ExitCode.OK;
                    });
        }

        private record Fetched(String step, String name, String file) {}

        private List<Artifact> wanted(List<Artifact> all) {
            var wanted =
                    all.stream().filter(one -> name == null || name.equals(one.name())).toList();
            if (wanted.isEmpty()) {
                throw new CommandException(
                        ExitCode.BAD_INPUT,
                        "there is no such artifact: see `kintsugi artifacts list`");
            }
            return wanted;
        }

        /** The server is not trusted with where things are written. */
        private static Path write(KintsugiClient client, Artifact one, Path folder) {
            if (!Artifacts.isName(one.name()) || !Artifacts.isName(one.step())) {
                throw new CommandException(
                        ExitCode.ENVIRONMENT,
                        "the server names a file that leads elsewhere: " + Text.safe(one.name()));
            }
            var inside = Path.of(one.step(), one.name());
            var above = folder;
            var file = folder;
            for (var part : inside) {
                above = file;
                file = file.resolve(part);
                if (Files.isSymbolicLink(file)) {
                    throw new CommandException(
                            ExitCode.BAD_INPUT,
                            "%s is a link, which is not written through: give another --to"
                                    .formatted(file));
                }
            }
            try {
                Files.createDirectories(above);
                if (Files.exists(file, NOFOLLOW_LINKS) && !Files.isRegularFile(file)) {
                    throw new CommandException(
                            ExitCode.BAD_INPUT, file + " is no file: give another --to");
                }
                return Files.write(file, client.blob(one.hash()));
            } catch (IOException e) {
                throw new CommandException(
                        ExitCode.ENVIRONMENT, "cannot write %s: %s".formatted(file, e));
            }
        }
    }
}
