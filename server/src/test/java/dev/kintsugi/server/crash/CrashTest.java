package dev.kintsugi.server.crash;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.client.api.Submission;
import dev.kintsugi.client.event.Ladder;
import dev.kintsugi.client.event.RunEvent;
import dev.kintsugi.client.event.RunEvent.RecheckEnded;
import dev.kintsugi.client.event.RunEvent.StepFailed;
import dev.kintsugi.client.event.RunEvent.StepSucceeded;
import dev.kintsugi.client.event.RunEvent.TaskLost;
import dev.kintsugi.client.event.RunEvent.UndoEnded;
import dev.kintsugi.client.event.RunStatus;
import dev.kintsugi.client.event.TimelineEntry;
import dev.kintsugi.client.task.TaskKind;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The server, and with it its worker, is killed again and again in the middle of the quickstart;
 * both of its plans still come to their ends, and nothing that was done is done again.
 */
final class CrashTest {
    private static final Duration PATIENCE = Duration.ofMinutes(4);
    private static final int LEAST_KILLS = 10;

    /** Repeated on purpose, to show that a patch broke nothing: they have no effects. */
    private static final Set<String> REPEATABLE = Set.of("build", "test");

    @TempDir Path folder;
    private final List<Done> before = new ArrayList<>();
    private Ledger ledger;
    private Shop shop;
    private KilledServer server;

    /**
     * What was done before a kill.
     *
     * @param lines how much the ledger held
     */
    private record Done(String run, Set<String> steps, int lines) {}

    @BeforeEach
    void begin() throws Exception {
        var root = folder.toRealPath();
        ledger = new Ledger();
        shop = Shop.in(root.resolve("clone"), ledger);
        server = new KilledServer(Files.createDirectories(root.resolve("home")), root);
    }

    @AfterEach
    void end() {
        server.close();
        ledger.close();
    }

    @Test
    void finishesBothPlansThoughItIsKilledAtTenPointsAndWhileItWaitsAndRollsBack()
            throws Exception {
        var healed = submit("plan.yaml");
        var undone = submit("rollback.yaml");

        assertThat(killAtEveryMoment(healed, undone)).isGreaterThanOrEqualTo(LEAST_KILLS);

        assertThat(standing(healed, RunStatus.SUCCEEDED))
                .as(() -> story(healed))
                .isEqualTo(RunStatus.SUCCEEDED);
        // the exchange may be killed with the server and be cold again: then another way is taken
        var phases = server.client().run(healed).phases();
        assertThat(phases.retry() + phases.replan()).as(story(healed)).isGreaterThanOrEqualTo(2);
        assertThat(phases.patch()).as(story(healed)).isEqualTo(2);
        assertThat(shop.git("log", "--format=%s", "kintsugi/" + healed)).contains("Mend report");

        assertThat(standing(undone, RunStatus.WAITING))
                .as(() -> story(undone))
                .isEqualTo(RunStatus.WAITING);
        var asked = Objects.requireNonNull(server.client().run(undone).approval()).hash();
        kill(false, healed, undone);
        server.client().answerRollback(undone, asked, true, "after a crash");
        awaitUndo(undone);
        assertThat(server.client().run(undone).status()).isEqualTo(RunStatus.ROLLING_BACK);
        kill(false, healed, undone);

        assertThat(standing(undone, RunStatus.ROLLED_BACK))
                .as(() -> story(undone))
                .isEqualTo(RunStatus.ROLLED_BACK);
        assertThat(shop.git("branch", "--list", "kintsugi/" + undone)).isEmpty();
        nothingDoneIsDoneAgain(healed, 8);
        nothingDoneIsDoneAgain(undone, 9);
    }

    private String submit(String plan) throws IOException {
        return server.client()
                .submit(
                        Submission.of(shop.plan(plan))
                                .from(shop.folder().toString())
                                .onLadder(Ladder.V4))
                .run();
    }

    /** How many of the kills fell into the middle of the run. */
    private int killAtEveryMoment(String run, String other) throws Exception {
        var kills = 0;
        var seen = 0L;
        for (var moment : Moment.values()) {
            var last = seen;
            Awaitility.await(moment.name())
                    .atMost(PATIENCE)
                    .pollInterval(Duration.ofMillis(20))
                    .until(() -> {
                        var timeline = server.client().timeline(run);
                        return (moment.reached(timeline) && progress(timeline) > last)
                                || server.client().run(run).status().isFinal();
                    });
            seen = progress(server.client().timeline(run));
            kills += server.client().run(run).status().isFinal() ? 0 : 1;
            kill(moment == Moment.PATCH_IS_PROVEN, run, other);
        }
        return kills;
    }

    private static long progress(List<TimelineEntry> timeline) {
        return timeline.stream().filter(entry -> !(entry.event() instanceof TaskLost)).count();
    }

    private void kill(boolean databaseToo, String... runs) throws Exception {
        var done = new TreeMap<String, Set<String>>();
        for (var run : runs) {
            done.put(run, Set.copyOf(successes(run)));
        }
        server.kill();
        if (databaseToo) {
            server.killDatabase();
        }
        var left = outliving(runs);
        var told = ledger.lines().size();
        done.forEach((run, steps) -> before.add(new Done(run, steps, told)));
        server.startAgain();
        Awaitility.await("no step outlives its worker's next start")
                .atMost(Duration.ofSeconds(10))
                .untilAsserted(() -> {
                    for (var run : runs) {
                        assertThat(processesOf(run))
                                .doesNotContainAnyElementsOf(
                                        left.isEmpty() ? List.of("none") : left);
                    }
                });
    }

    /**
     * Processes of steps die with their worker, except when it is killed in the very moment in
     * which it starts one and could not tie it to its life yet: that one is the next start's to
     * end.
     */
    private static List<String> outliving(String... runs) throws Exception {
        var end = Instant.now().plusSeconds(5);
        var left = new ArrayList<String>();
        do {
            left.clear();
            for (var run : runs) {
                left.addAll(processesOf(run));
            }
        } while (!left.isEmpty() && Instant.now().isBefore(end));
        return left;
    }

    private RunStatus standing(String run, RunStatus status) {
        Awaitility.await(run + " is " + status)
                .atMost(PATIENCE)
                .until(() -> {
                    var now = server.client().run(run).status();
                    return now == status || now.isFinal();
                });
        return server.client().run(run).status();
    }

    /** The first compensation is over and the second is at work. */
    private void awaitUndo(String run) {
        Awaitility.await("the upgrade is being undone")
                .atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(5))
                .until(() ->
                        ledger.lines().stream()
                                .anyMatch(line ->
                                        line.run().equals(run)
                                                && line.command().endsWith("upgrade.sh 1.4")));
    }

    // --- what is in the ledger

    private void nothingDoneIsDoneAgain(String run, int steps) {
        assertThat(successes(run)).as(story(run)).doesNotHaveDuplicates().hasSize(steps);
        for (var done : before) {
            var later = ledger.lines().subList(done.lines, ledger.lines().size());
            assertThat(later)
                    .as("after %s were done", done.steps)
                    .noneMatch(line ->
                            line.run().equals(done.run)
                                    && line.began()
                                    && isAttempt(line)
                                    && done.steps.contains(line.step()));
        }
        for (var step : successes(run)) {
            assertThat(ledger.begun(run, step))
                    .as("executions of %s:\n%s", step, story(run))
                    .isBetween(1L, ends(run, step));
        }
    }

    private static boolean isAttempt(Ledger.Line line) {
        return !REPEATABLE.contains(line.step())
                && !line.command().endsWith("unstage")
                && !line.command().endsWith("1.4");
    }

    /** Ends of executions, seen or lost: there is one for each execution. */
    private long ends(String run, String step) {
        return server.client().timeline(run).stream()
                .filter(entry -> step.equals(endOf(entry.event())))
                .count();
    }

    private static String endOf(RunEvent event) {
        return switch (event) {
            case StepSucceeded done -> done.step();
            case StepFailed failed -> failed.step();
            case RecheckEnded ended -> ended.step();
            case UndoEnded ended -> ended.step();
            case TaskLost lost -> lost.kind() == TaskKind.MEND ? "" : lost.step();
            default -> "";
        };
    }

    private List<String> successes(String run) {
        return server.client().timeline(run).stream()
                .map(TimelineEntry::event)
                .filter(StepSucceeded.class::isInstance)
                .map(event -> ((StepSucceeded) event).step())
                .toList();
    }

    private String story(String run) {
        return server.client().timeline(run).stream()
                .map(entry -> entry.event() + " → " + entry.notes())
                .collect(Collectors.joining("\n"));
    }

    /** Processes on this machine that work for the run, told by their environment. */
    private static List<String> processesOf(String run) throws IOException {
        try (Stream<Path> processes = Files.list(Path.of("/proc"))) {
            return processes
                    .filter(process -> process.getFileName().toString().matches("[0-9]+"))
                    .filter(process -> environment(process).contains("KINTSUGI_RUN=" + run))
                    .map(Path::toString)
                    .toList();
        }
    }

    private static String environment(Path process) {
        try {
            return Files.readString(process.resolve("environ"), StandardCharsets.ISO_8859_1);
        } catch (IOException _) {
            return ""; // it ended meanwhile, or is not ours
        }
    }
}
