package dev.kintsugi.benchmarks.calls;

import dev.kintsugi.client.json.Json;
import java.util.List;
import java.util.Set;
import org.openjdk.jmh.runner.RunnerException;

/**
 * Measures calls through Kintsugi's policies beside Resilience4j and Failsafe doing the same: in
 * rounds, in each of which every library has a process of its own for every scenario, one after the
 * other, so that what else the machine does concerns all. Arguments: {@code --quick} to see whether
 * it works, {@code --json} for a last line of JSON.
 */
public final class BenchCalls {
    private static final Set<String> OPTIONS = Set.of("--quick", "--json");
    private static final int BAD_INPUT = 2;
    private static final int ROUNDS = 5;

    private BenchCalls() {}

    static void main(String[] args) throws Exception {
        var asked = List.of(args);
        for (var option : asked) {
            if (!OPTIONS.contains(option)) {
                System.err.println(
                        "bench calls: no option " + option + "; there are --quick, --json");
                System.exit(BAD_INPUT);
            }
        }
        Results results = asked.contains("--quick") ? quick() : full();
        System.out.print(CallReport.table(results));
        if (asked.contains("--json")) {
            System.out.println(Json.mapper().writeValueAsString(CallReport.of(results)));
        }
    }

    private static Results quick() throws RunnerException {
        var results = new Results();
        measure(Round.QUICK, results);
        return results;
    }

    private static Results full() throws RunnerException {
        var results = new Results();
        for (int round = 1; round <= ROUNDS; round++) {
            System.err.printf("round %d of %d%n", round, ROUNDS);
            measure(Round.FULL, results);
        }
        return results;
    }

    private static void measure(Round round, Results results) throws RunnerException {
        for (Scenario each : Scenario.values()) {
            for (Library library : Library.values()) {
                results.add(
                        each,
                        library,
                        round.measure(each.benchmark, library.key(), each.threads, each.virtual));
            }
        }
        results.addError(
                round.measure(ErrorBenchmark.class, Library.KINTSUGI.key(), 1, false).score());
    }
}
