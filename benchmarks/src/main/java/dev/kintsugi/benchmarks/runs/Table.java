package dev.kintsugi.benchmarks.runs;

import static java.util.Objects.requireNonNull;

import dev.kintsugi.benchmarks.runs.BenchRuns.Measured;
import java.util.Locale;

/** What was measured, for people. */
final class Table {
    private static final String ROW = "%-28s %10s %8s %8s %12s %12s %10s%n";

    private Table() {}

    static String of(Measured measured) {
        var table = new StringBuilder();
        table.append(
                ROW.formatted(
                        "runs of three steps",
                        "runs/s",
                        "ours is",
                        "at once",
                        "its ms CPU",
                        "database's",
                        "peak MiB"));
        for (var contender : Contender.values()) {
            var rates = measured.of(contender);
            table.append(
                    ROW.formatted(
                            contender.title(),
                            number("%.0f", rates.perSecond()),
                            number("%.2f×", measured.against(contender)),
                            measured.levels().get(contender),
                            number("%.2f", rates.ownMillis()),
                            contender.isDurable() ? number("%.2f", rates.databaseMillis()) : "-",
                            measured.memoryMib().get(contender)));
        }
        var crowd = measured.crowd();
        var waits = crowd.readyToStarted();
        table.append(
                String.format(
                        Locale.ROOT,
                        "%nwith %,d tasks running: from ready to started p50 %.1f ms, p95 %.1f ms, p99 %.1f ms, at most %.1f ms%n",
                        crowd.tasks(),
                        waits.p50(),
                        waits.p95(),
                        waits.p99(),
                        waits.max()));
        table.append(
                String.format(
                        Locale.ROOT,
                        "server: %d MiB at its peak; all processes of the database: %d MiB%n",
                        requireNonNull(measured.memoryMib().get(Contender.KINTSUGI)),
                        measured.databaseMib()));
        var claims = measured.claims();
        table.append(
                String.format(
                        Locale.ROOT,
                        "a claim: %.2f ms without finished tasks, %.2f ms with %,d: %.2f times%n",
                        claims.emptyNanos() / 1e6,
                        claims.fullNanos() / 1e6,
                        claims.finished(),
                        claims.ratio()));
        table.append(
                "CPU is for a run, in ms; medians of rounds in which all took turns; Temporal keeps nothing on disk\n");
        return table.toString();
    }

    private static String number(String format, double value) {
        return String.format(Locale.ROOT, format, value);
    }
}
