package dev.kintsugi.server.simulation;

import dev.kintsugi.client.json.Json;
import dev.kintsugi.server.simulation.Simulation.Replay;
import dev.kintsugi.server.simulation.Simulation.Report;
import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.LongStream;

/**
 * The program {@code ./kintsugi simulate}: replays one world, or looks for worlds that break. Exits
 * with 0 when every invariant held, 1 when one broke, 2 for arguments it cannot read.
 */
public final class Simulate {
    static final String HELP =
            """
            Runs the real engine and worker loop in simulated worlds full of faults.

              simulate --seed N               replay one world with its timeline
              simulate --seeds A..B           run the worlds A to B, both included
              simulate --seeds N              run N worlds, from 0 on
              simulate --count N [--from A]   run N worlds, from A (default 0) on
              --json                          one JSON object a line, the report last
              --help                          this text

            Exit code 0: every invariant held; 1: one broke; 2: unreadable arguments.
            """;

    private static final int PROGRESS_EVERY = 1_000;
    private static final int MOST_FAILURES_SHOWN = 20;

    private final PrintStream out;
    private final PrintStream err;
    private final Plants plants;
    private final boolean json;

    private Simulate(PrintStream out, PrintStream err, Plants plants, boolean json) {
        this.out = out;
        this.err = err;
        this.plants = plants;
        this.json = json;
    }

    /** Runs and ends the process with the exit code. */
    public static void main(String[] arguments) {
        // a worker warns of every call that fails, and here most of them are meant to
        System.setProperty("logback.configurationFile", "simulate-logback.xml");
        System.exit(run(List.of(arguments), System.out, System.err, Plants.NONE));
    }

    static int run(List<String> arguments, PrintStream out, PrintStream err, Plants plants) {
        try {
            var asked = SimulateArguments.read(arguments);
            if (asked.help()) {
                out.print(HELP);
                return 0;
            }
            var simulate = new Simulate(out, err, plants, asked.json());
            return asked.replay() ? simulate.replay(asked.from()) : simulate.many(asked);
        } catch (IllegalArgumentException e) {
            err.println("simulate: " + e.getMessage());
            err.println("Try: ./kintsugi simulate --help");
            return 2;
        }
    }

    private int replay(long seed) {
        var replay = Simulation.replay(seed, plants);
        if (json) {
            replay.happenings().forEach(this::line);
            line(replay.report());
        } else {
            timeline(replay);
        }
        return replay.report().broken().isEmpty() ? 0 : 1;
    }

    private void timeline(Replay replay) {
        for (var happening : replay.happenings()) {
            out.printf(
                    "%12s  %-30s %s%n",
                    clock(happening.elapsed()), happening.who(), happening.what());
            happening.notes().forEach(note -> out.printf("%44s - %s%n", "", note));
        }
        var report = replay.report();
        out.printf(
                "%nseed %d: %d events in %s simulated, runs ended %s%n",
                report.seed(), report.events(), clock(report.elapsed()), report.outcomes());
        verdict(report);
    }

    private void verdict(Report report) {
        if (report.broken().isEmpty()) {
            out.println("every invariant held");
        } else {
            out.println("broken:");
            report.broken().forEach(broken -> out.println("  " + broken));
        }
    }

    private int many(SimulateArguments asked) {
        var failures = new ArrayList<Report>();
        var reached = new TreeMap<Reached, Integer>();
        var events = 0L;
        for (var done = 0L; done < asked.count(); ) {
            var batch = Math.min(PROGRESS_EVERY, asked.count() - done);
            for (var report : worlds(asked.from() + done, batch)) {
                events += report.events();
                report.reached().forEach(what -> reached.merge(what, 1, Integer::sum));
                if (!report.broken().isEmpty()) {
                    failures.add(report);
                    fail(report, failures.size());
                }
            }
            done += batch;
            if (batch == PROGRESS_EVERY) {
                err.printf("%d of %d worlds, %d broken%n", done, asked.count(), failures.size());
            }
        }
        summary(asked.count(), events, failures.size(), reached);
        return failures.isEmpty() ? 0 : 1;
    }

    /** On all processors; told in the order of their seeds. */
    private List<Report> worlds(long from, long count) {
        return LongStream.range(from, from + count)
                .parallel()
                .mapToObj(seed -> Simulation.run(seed, plants))
                .toList();
    }

    private void fail(Report report, int number) {
        if (json) {
            line(report);
        } else if (number <= MOST_FAILURES_SHOWN) {
            out.printf(
                    "seed %d: %s%n  replay: ./kintsugi simulate --seed %d%n",
                    report.seed(), report.broken().getFirst(), report.seed());
        }
    }

    /** The last line of a search as JSON. */
    private record Summary(
            long worlds, long events, int broken, TreeMap<Reached, Integer> reached) {}

    private void summary(long worlds, long events, int broken, TreeMap<Reached, Integer> reached) {
        if (json) {
            line(new Summary(worlds, events, broken, reached));
            return;
        }
        reached.forEach((what, count) -> out.printf("%8d worlds  %s%n", count, what));
        out.printf("%d worlds, %d events, %d broken%n", worlds, events, broken);
    }

    private void line(Object value) {
        out.println(Json.mapper().writeValueAsString(value));
    }

    private static String clock(Duration elapsed) {
        return "%d:%02d:%02d.%03d"
                .formatted(
                        elapsed.toHours(),
                        elapsed.toMinutesPart(),
                        elapsed.toSecondsPart(),
                        elapsed.toMillisPart());
    }
}
