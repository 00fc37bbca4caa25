package dev.kintsugi.benchmarks.crash;

import dev.kintsugi.client.api.ApiException;
import dev.kintsugi.client.api.Submission;
import dev.kintsugi.client.event.RunStatus;
import dev.kintsugi.healing.time.TimeAndChance;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.springframework.util.FileSystemUtils;

/**
 * Kills servers, databases and workers by SIGKILL at random while runs go on whose steps must
 * happen once each, starts them again, and counts what happened: 50 kills over 20 runs. Arguments:
 * {@code --kills=N}, {@code --runs=N}, {@code --seed=N}, {@code --json} for a last line of JSON.
 */
public final class BenchCrash {
    /** Steps of a run; each has one effect. */
    static final int STEPS = 6;

    private static final List<String> WORKERS = List.of("worker-1", "worker-2");
    private static final int BAD_INPUT = 2;
    private static final int MOST = 10_000;
    private static final int SHORTEST_PAUSE_MILLIS = 200;
    private static final int LONGEST_PAUSE_MILLIS = 3_000;
    private static final Duration LOOK = Duration.ofMillis(500);
    private static final Duration LONGEST_END = Duration.ofMinutes(10);

    private final int kills;
    private final int runs;
    private final SplittableRandom random;
    private final PrintStream progress;
    private final List<String> submitted = new ArrayList<>();

    /**
     * @param seed of which kills, and when
     */
    BenchCrash(int kills, int runs, long seed, PrintStream progress) {
        this.kills = kills;
        this.runs = runs;
        this.progress = progress;
        random = new SplittableRandom(seed);
    }

    static void main(String[] args) throws Exception {
        int kills = 50;
        int runs = 20;
        long seed = 1;
        var json = false;
        try {
            for (var arg : args) {
                switch (arg.replaceFirst("=.*", "")) {
                    case "--kills" -> kills = (int) number(arg, MOST);
                    case "--runs" -> runs = (int) number(arg, MOST);
                    case "--seed" -> seed = number(arg, Long.MAX_VALUE);
                    case "--json" -> json = true;
                    default -> throw new IllegalArgumentException("no option " + arg);
                }
            }
        } catch (IllegalArgumentException e) {
            System.err.printf(
                    "bench crash: %s; there are --kills=N, --runs=N, --seed=N, --json%n",
                    e.getMessage());
            System.exit(BAD_INPUT);
        }
        System.err.printf("seed %d: %d kills over %d runs%n", seed, kills, runs);
        var report = new BenchCrash(kills, runs, seed, System.err).report();
        System.out.printf(
                "%d of %d runs finished after %d kills; %d effects, %d of them more than once, %d lost%n",
                report.finished(),
                report.runs(),
                report.kills(),
                report.ledgerKeys(),
                report.duplicates(),
                report.lost());
        if (json) {
            System.out.println(report.json());
        }
        System.exit(report.isGood() ? 0 : 1);
    }

    private static long number(String arg, long most) {
        long number;
        try {
            number = Long.parseLong(arg.replaceFirst("[^=]*=?", ""));
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(arg + " needs a number", e);
        }
        if (number < 1 || number > most) {
            throw new IllegalArgumentException(arg + " must be in [1, " + most + "]");
        }
        return number;
    }

    CrashReport report() throws IOException, InterruptedException {
        var folder = Files.createTempDirectory("kintsugi-crash").toRealPath();
        var report = report(folder);
        if (report.isGood()) {
            FileSystemUtils.deleteRecursively(folder);
        } else {
            say("what servers and workers said is in %s", folder);
        }
        return report;
    }

    private CrashReport report(Path folder) throws IOException, InterruptedException {
        try (var ledger = new EffectLedger();
                var fleet = new Fleet(folder, WORKERS)) {
            for (int kill = 1; kill <= kills; kill++) {
                submit(fleet, ledger, Math.ceilDiv(kill * runs, kills));
                int pause = random.nextInt(SHORTEST_PAUSE_MILLIS, LONGEST_PAUSE_MILLIS);
                TimeAndChance.real().pause().take(Duration.ofMillis(pause));
                var what = kill(fleet);
                say(
                        "kill %d of %d: %s after %d ms; %d of %d runs finished",
                        kill, kills, what, pause, finished(fleet), submitted.size());
            }
            awaitEnds(fleet);
            return CrashReport.of(kills, runs, finished(fleet), STEPS, ledger.effects());
        }
    }

    /** Runs are handed in over the whole time, so that no kill finds nothing to do. */
    private void submit(Fleet fleet, EffectLedger ledger, int most) {
        while (submitted.size() < most) {
            var plan = plan(ledger);
            submitted.add(fleet.client().submit(Submission.of(plan)).run());
        }
    }

    /** Each step does something before its effect and after it, to be killed at. */
    static String plan(EffectLedger ledger) {
        var plan = new StringBuilder("plan: 1\nname: crash\nbudget: {time: 24h}\nsteps:\n");
        for (int step = 1; step <= STEPS; step++) {
            plan.append(
                    """
                      - id: s%d
                        effects: once
                        needs: [%s]
                        exec: >-
                          bash -c 'sleep 0.3; %s'; sleep 0.3
                        reconcile: >-
                          bash -c '%s'
                    """
                            .formatted(
                                    step,
                                    step == 1 ? "" : "s" + (step - 1),
                                    ledger.effect("echo $said > $KINTSUGI_RECEIPT"),
                                    ledger.question(
                                            "case $said in yes) exit 0 ;; no) exit 44 ;; esac; exit 1")));
        }
        return plan.toString();
    }

    private String kill(Fleet fleet) throws IOException, InterruptedException {
        int draw = random.nextInt(10);
        if (draw < 5) {
            var worker = WORKERS.get(random.nextInt(WORKERS.size()));
            fleet.killWorker(worker);
            return worker;
        }
        fleet.killServer(draw == 9);
        return draw == 9 ? "server and database" : "server";
    }

    private int finished(Fleet fleet) {
        var finished = 0;
        for (var run : submitted) {
            finished += fleet.client().run(run).status() == RunStatus.SUCCEEDED ? 1 : 0;
        }
        return finished;
    }

    private void awaitEnds(Fleet fleet) throws InterruptedException {
        for (var left = LONGEST_END; !left.isNegative(); left = left.minus(LOOK)) {
            if (submitted.stream().allMatch(run -> isOver(fleet, run))) {
                return;
            }
            TimeAndChance.real().pause().take(LOOK);
        }
        say("%s later not all runs have ended", LONGEST_END);
    }

    private static boolean isOver(Fleet fleet, String run) {
        try {
            return fleet.client().run(run).status().isFinal();
        } catch (ApiException e) {
            return false; // asked again soon
        }
    }

    private void say(String text, Object... values) {
        progress.printf(text + "%n", values);
    }
}
