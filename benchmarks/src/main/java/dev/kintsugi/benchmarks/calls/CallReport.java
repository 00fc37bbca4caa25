package dev.kintsugi.benchmarks.calls;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.Locale;

/** The last line, for programs. Ratios above 1 mean faster than the peer. */
record CallReport(
        Success success,
        @JsonProperty("breaker_contended") Versus breakerContended,
        Versus rejected,
        @JsonProperty("error_path_us") double errorPathMicros) {

    record Versus(
            @JsonProperty("vs_resilience4j") double resilience4j,
            @JsonProperty("vs_failsafe") double failsafe) {}

    record Success(
            @JsonProperty("vs_resilience4j") double resilience4j,
            @JsonProperty("vs_failsafe") double failsafe,
            @JsonProperty("bytes_per_call") double bytesPerCall) {}

    static CallReport of(Results results) {
        return new CallReport(
                new Success(
                        rounded(results.success(Library.RESILIENCE4J).mean()),
                        rounded(results.success(Library.FAILSAFE).mean()),
                        rounded(results.bytesPerCall())),
                versus(results, Scenario.BREAKER_CONTENDED),
                versus(results, Scenario.REJECTED),
                rounded(results.errorMicros()));
    }

    /** All that was measured, for people. */
    static String table(Results results) {
        var table = new StringBuilder();
        table.append(
                line(
                        "nanoseconds per call",
                        "kintsugi",
                        "resilience4j",
                        "failsafe",
                        "times as fast as resilience4j",
                        "times as fast as failsafe"));
        for (Scenario each : Scenario.values()) {
            table.append(
                    line(
                            each.title,
                            nanos(results, each, Library.KINTSUGI),
                            nanos(results, each, Library.RESILIENCE4J),
                            nanos(results, each, Library.FAILSAFE),
                            results.ratio(each, Library.RESILIENCE4J).told(),
                            results.ratio(each, Library.FAILSAFE).told()));
        }
        return table.append(
                        String.format(
                                Locale.ROOT,
                                "a failed call, classified and counted: %.1f microseconds%n"
                                        + "a call that goes well through a breaker kept in a store: %.1f nanoseconds%n"
                                        + "a call that goes well without timeout allocates %.2f bytes%n"
                                        + "%s%n",
                                results.errorMicros(),
                                results.storedNanos(),
                                results.bytesPerCall(),
                                intervals(results.rounds())))
                .toString();
    }

    private static String line(Object... cells) {
        return String.format(Locale.ROOT, "%-46s %10s %14s %10s %30s %26s%n", cells);
    }

    private static String nanos(Results results, Scenario scenario, Library library) {
        return String.format(Locale.ROOT, "%.1f", results.medianNanos(scenario, library));
    }

    private static String intervals(int rounds) {
        return rounds == 1
                ? "no intervals: one round"
                : "in brackets: 95% confidence, of " + rounds + " rounds";
    }

    private static Versus versus(Results results, Scenario scenario) {
        return new Versus(
                rounded(results.ratio(scenario, Library.RESILIENCE4J).mean()),
                rounded(results.ratio(scenario, Library.FAILSAFE).mean()));
    }

    private static double rounded(double value) {
        return Math.round(value * 100) / 100.0;
    }
}
