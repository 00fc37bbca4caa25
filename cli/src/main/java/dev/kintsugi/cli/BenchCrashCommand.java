package dev.kintsugi.cli;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Kills this build again and again and counts what became of its runs. */
@Command(
        name = "crash",
        description = {
            "Kill servers, databases and workers at random while runs go on whose steps must happen",
            "once each, and count how often they did. The default takes about ten minutes."
        })
final class BenchCrashCommand implements Callable<Integer> {
    private final Shell shell;

    @Mixin BenchOptions options = new BenchOptions();

    @Option(names = "--kills", paramLabel = "N", description = "How many kills; 50 by default.")
    int kills = 50;

    @Option(names = "--runs", paramLabel = "N", description = "Over how many runs; 20 by default.")
    int runs = 20;

    @Option(
            names = "--seed",
            paramLabel = "N",
            description = "Of what is killed when; 1 by default.")
    long seed = 1;

    BenchCrashCommand(Shell shell) {
        this.shell = shell;
    }

    @Override
    public Integer call() throws IOException {
        return options.measure(
                shell,
                "crash.BenchCrash",
                List.of("--kills=" + kills, "--runs=" + runs, "--seed=" + seed));
    }
}
