package dev.kintsugi.cli;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Option;

/** What every command takes that measures this build, and how it hands over to what measures. */
final class BenchOptions {
    static final List<String> QUICK = List.of("--quick");

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this help.")
    boolean help;

    @Option(names = "--json", description = "End with one line of JSON.")
    boolean json;

    /**
     * Measures in a process of its own.
     *
     * @param program a class of the benchmarks, named from their package on
     * @return its exit code
     */
    int measure(Shell shell, String program, List<String> args) throws IOException {
        var all = new ArrayList<>(args);
        if (json) {
            all.add("--json");
        }
        return ServerProgram.run(
                shell,
                shell.installation().benchJar(),
                "dev.kintsugi.benchmarks." + program,
                all,
                Map.of());
    }
}
