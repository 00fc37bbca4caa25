package dev.kintsugi.cli;

import dev.kintsugi.cli.local.KeptCheckouts;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Opens what a failed attempt left behind. */
@Command(
        name = "shell",
        description = "Open the kept checkout of a step's failed attempt in your $SHELL.")
final class ShellCommand implements Callable<Integer> {
    private final Shell shell;

    @Mixin RunOptions options = new RunOptions();

    @Parameters(index = "1", paramLabel = "STEP", description = "The step's id.")
    String step = "";

    @Option(
            names = "--attempt",
            paramLabel = "N",
            description = "The attempt; the latest that is kept unless given.")
    @Nullable Integer attempt;

    @Option(names = "--path", description = "Only print the folder.")
    boolean path;

    ShellCommand(Shell shell) {
        this.shell = shell;
    }

    @Override
    public Integer call() {
        return options.call(
                shell,
                (client, id) -> {
                    if (client.run(id).steps().stream().noneMatch(one -> one.step().equals(step))) {
                        throw new CommandException(
                                ExitCode.BAD_INPUT,
                                "run %s has no step \"%s\"".formatted(id, step));
                    }
                    return open(id, new KeptCheckouts(shell.home()).find(id, step, attempt));
                });
    }

    private ExitCode open(String run, KeptCheckouts.@Nullable Kept kept) {
        if (kept == null) {
            throw new CommandException(
                    ExitCode.BAD_INPUT,
                    "no checkout of step %s%s is kept in %s: failed attempts of plans with a workspace are, for 7 days and 5 GiB at most, in the home of the server or worker that did them; run this there"
                            .formatted(
                                    step,
                                    attempt == null ? "" : ", attempt " + attempt,
                                    shell.home().path()));
        }
        if (options.json()) {
            shell.sayJson(
                    Map.of(
                            "run",
                            run,
                            "step",
                            step,
                            "attempt",
                            kept.attempt(),
                            "path",
                            kept.path().toString()));
            return ExitCode.OK;
        }
        if (path) {
            shell.say(kept.path().toString());
            return ExitCode.OK;
        }
        shell.warn(
                "attempt %d of step %s as it was left; nothing done here changes the run"
                        .formatted(kept.attempt(), step));
        return start(run, kept);
    }

    /** Its exit code says nothing of the run, so it is not passed on. */
    private ExitCode start(String run, KeptCheckouts.Kept kept) {
        var program = shell.env().getOrDefault("SHELL", "/bin/sh");
        var builder = new ProcessBuilder(program).directory(kept.path().toFile()).inheritIO();
        builder.environment().put("KINTSUGI_RUN", run);
        builder.environment().put("KINTSUGI_STEP", step);
        builder.environment().put("KINTSUGI_ATTEMPT", Integer.toString(kept.attempt()));
        try {
            builder.start().waitFor();
            return ExitCode.OK;
        } catch (IOException e) {
            throw new CommandException(
                    ExitCode.ENVIRONMENT,
                    "cannot start %s: set SHELL to a program that there is".formatted(program));
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            throw new CommandException(ExitCode.ENVIRONMENT, "interrupted");
        }
    }
}
