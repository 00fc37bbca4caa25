package dev.kintsugi.benchmarks.runs;

import static java.util.Objects.requireNonNull;

import dev.kintsugi.client.json.Json;
import dev.kintsugi.server.platform.postgres.DatabaseLogin;
import dev.kintsugi.server.platform.postgres.EmbeddedPostgres;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.springframework.util.FileSystemUtils;

/**
 * Measures Kintsugi beside DBOS Transact, db-scheduler, Temporal's in-memory test server and the
 * same commits by hand: runs of three trivial steps, on one embedded PostgreSQL with fsync on, a
 * database and a process each, in rounds in which all take their turns. Then how long a ready task
 * waits while 1,000 run, and what a long history does to a claim. Arguments: {@code --quick} to see
 * whether it works, {@code --json} for a last line of JSON.
 */
public final class BenchRuns {
    private static final Set<String> OPTIONS = Set.of("--quick", "--json");
    private static final int BAD_INPUT = 2;

    private final Pace pace;
    private final PrintStream progress;
    private final long begun = System.nanoTime();

    private BenchRuns(Pace pace, PrintStream progress) {
        this.pace = pace;
        this.progress = progress;
    }

    static void main(String[] args) throws Exception {
        var asked = List.of(args);
        for (var option : asked) {
            if (!OPTIONS.contains(option)) {
                System.err.println(
                        "bench runs: no option " + option + "; there are --quick, --json");
                System.exit(BAD_INPUT);
            }
        }
        Contestant.hush();
        var bench = new BenchRuns(asked.contains("--quick") ? Pace.QUICK : Pace.FULL, System.err);
        var measured = bench.measure();
        System.out.print(Table.of(measured));
        if (asked.contains("--json")) {
            System.out.println(Json.mapper().writeValueAsString(report(measured)));
        }
    }

    /** All that was measured. */
    record Measured(
            Map<Contender, Rates> rates,
            Map<Contender, Integer> levels,
            Map<Contender, Long> memoryMib,
            long databaseMib,
            KintsugiEngine.Crowd crowd,
            ClaimTimes.Compared claims) {
        Rates of(Contender contender) {
            return requireNonNull(rates.get(contender));
        }

        double against(Contender other) {
            return of(Contender.KINTSUGI).against(of(other));
        }
    }

    static Report report(Measured measured) {
        var waits = measured.crowd().readyToStarted();
        return new Report(
                rounded(measured.of(Contender.KINTSUGI).perSecond()),
                rounded(measured.against(Contender.DBOS)),
                rounded(measured.against(Contender.DB_SCHEDULER)),
                rounded(measured.against(Contender.TEMPORAL)),
                rounded(measured.against(Contender.FLOOR)),
                new Report.Waits(rounded(waits.p50()), rounded(waits.p95()), rounded(waits.p99())),
                measured.crowd().tasks(),
                requireNonNull(measured.memoryMib().get(Contender.KINTSUGI)),
                rounded(measured.claims().ratio()));
    }

    private static double rounded(double value) {
        return Math.round(value * 100) / 100.0;
    }

    private Measured measure() throws Exception {
        var folder = Files.createTempDirectory("kintsugi-bench");
        var contenders = new ArrayList<ContenderProcess>();
        try (var database = EmbeddedPostgres.start(folder)) {
            try {
                for (var contender : Contender.values()) {
                    say("starting %s", contender.title());
                    var login = created(database, contender.database());
                    contenders.add(ContenderProcess.start(contender, login, folder));
                }
                return measure(contenders, database, postmaster(folder));
            } finally {
                for (var contender : contenders) {
                    contender.close();
                }
            }
        } finally {
            FileSystemUtils.deleteRecursively(folder);
        }
    }

    private Measured measure(
            List<ContenderProcess> contenders, EmbeddedPostgres database, ProcessHandle postmaster)
            throws IOException, SQLException {
        var levels = new EnumMap<Contender, Integer>(Contender.class);
        for (var contender : contenders) {
            levels.put(contender.contender(), bestLevel(contender));
        }
        var rates = rounds(contenders, levels, postmaster);
        say("tasks that become ready while 1,000 run (%s)", pace.crowdTime());
        var kintsugi = contenders.getFirst();
        var crowd = kintsugi.crowd(pace.crowd(), pace.crowdWarmUp(), pace.crowdTime());
        var memory = new EnumMap<Contender, Long>(Contender.class);
        for (var contender : contenders) {
            memory.put(contender.contender(), Usage.peakMib(contender.handle()));
        }
        long databaseMib = Usage.sharedMib(postmaster);
        say("claims beside %,d finished tasks", pace.finished());
        var claims =
                ClaimTimes.compare(
                        created(database, "claims_empty"),
                        created(database, "claims_full"),
                        pace.finished(),
                        pace.claimRounds());
        return new Measured(rates, levels, memory, databaseMib, crowd, claims);
    }

    /** Warms up, and finds how many runs at once suit the contender best. */
    private int bestLevel(ContenderProcess contender) throws IOException {
        int best = pace.levels().getFirst();
        double most = 0;
        contender.round(best, pace.warmUp());
        for (int level : pace.levels()) {
            double rate = contender.round(level, pace.warmUp()).perSecond();
            say("warm-up: %s, %d at once: %.0f runs/s", contender.contender().title(), level, rate);
            if (rate > most) {
                most = rate;
                best = level;
            }
        }
        return best;
    }

    /** Each time another begins, so that nobody always follows the same one. */
    private Map<Contender, Rates> rounds(
            List<ContenderProcess> contenders,
            Map<Contender, Integer> levels,
            ProcessHandle postmaster)
            throws IOException {
        var rates = new EnumMap<Contender, Rates>(Contender.class);
        contenders.forEach(contender -> rates.put(contender.contender(), new Rates()));
        var order = new ArrayList<>(contenders);
        for (int i = 1; i <= pace.rounds(); i++) {
            for (var contender : order) {
                var who = contender.contender();
                var own = Usage.cpu(contender.handle());
                var database = Usage.cpu(postmaster);
                var tally = contender.round(requireNonNull(levels.get(who)), pace.round());
                requireNonNull(rates.get(who))
                        .add(
                                new Rates.Round(
                                        tally,
                                        Usage.cpu(contender.handle()).minus(own),
                                        Usage.cpu(postmaster).minus(database)));
                say(
                        "round %d of %d: %s: %.0f runs/s",
                        i, pace.rounds(), who.title(), tally.perSecond());
            }
            Collections.rotate(order, 1);
        }
        return rates;
    }

    private static DatabaseLogin created(EmbeddedPostgres database, String name)
            throws SQLException {
        var owner = database.owner();
        try (var connection =
                        DriverManager.getConnection(owner.url(), owner.user(), owner.password());
                var statement = connection.createStatement()) {
            statement.execute("create database bench_" + name);
        }
        return owner.database("bench_" + name);
    }

    private static ProcessHandle postmaster(Path folder) throws IOException {
        try (var files =
                Files.find(folder.resolve("pg"), 2, (path, _) -> path.endsWith("postmaster.pid"))) {
            var pid = Files.readAllLines(files.findFirst().orElseThrow()).getFirst().strip();
            return ProcessHandle.of(Long.parseLong(pid)).orElseThrow();
        }
    }

    private void say(String format, Object... values) {
        long seconds = (System.nanoTime() - begun) / 1_000_000_000;
        progress.printf(Locale.ROOT, "[%3d s] %s%n", seconds, format.formatted(values));
    }
}
