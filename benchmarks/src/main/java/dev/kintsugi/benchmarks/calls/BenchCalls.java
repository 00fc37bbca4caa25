package dev.kintsugi.benchmarks.calls;

import dev.kintsugi.client.json.Json;
import java.util.List;
import java.util.Set;
import org.openjdk.jmh.runner.RunnerException;

/**
 * Measures calls through Kintsugi's policies beside Resilience4j and Failsafe doing the same: in
 * rounds, in each of which every library has a process of its own for every scenario, one after the
 * other, so that what else the machine does concerns all. Arguments: {@code --quick} for one short
 * round, to see whether it works; {@code --json} for a line of JSON alone on the standard output,
 * and the rest on the other.
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
        boolean json = asked.contains("--json");
        Results results =
                asked.contains("--quick") ? measure(Round.QUICK, 1) : measure(Round.FULL, ROUNDS);
        (json ? System.err : System.out).print(CallReport.table(results));
        if (json) {
            System.out.println(Json.mapper().writeValueAsString(CallReport.of(results)));
        }
    }

    private static Results measure(Round round, int rounds) throws RunnerException {
        int all = rounds * (Scenario.values().length * Library.values().length + 2);
        var progress = new Progress(all, System::nanoTime, System.err);
        var results = new Results();
        for (int i = 0; i < rounds; i++) {
            for (Scenario each : Scenario.values()) {
                for (Library library : Library.values()) {
                    Round.Measured measured = round.measure(each, library);
                    results.add(each, library, measured);
                    progress.done(each.title + ", " + library.key(), measured.score(), "ns");
                }
            }
            double stored = round.storedNanos();
            results.addStored(stored);
            progress.done("a breaker kept in a store, kintsugi", stored, "ns");
            double micros = round.errorMicros();
            results.addError(micros);
            progress.done("a failed call, kintsugi", micros, "us");
        }
        return results;
    }
}
