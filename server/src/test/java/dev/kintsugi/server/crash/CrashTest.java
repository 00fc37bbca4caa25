package dev.kintsugi.server.crash;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.client.api.Submission;
import dev.kintsugi.client.event.RunEvent.StepSucceeded;
import dev.kintsugi.client.event.RunEvent.TaskLost;
import dev.kintsugi.client.event.RunStatus;
import dev.kintsugi.client.event.TimelineEntry;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The server and its worker are killed ten times in the middle of one run; the run still comes to
 * its end.
 */
final class CrashTest {
    private static final int KILLS = 10;

    private static final String PLAN =
            """
            plan: 1
            name: crashes
            workspace: {git: %s}
            deliver: branch
            gate: {allow: ["**"]}
            steps:
              - {id: one, exec: "sleep 0.4; echo one > one.txt"}
              - {id: two, exec: "sleep 0.4; echo two > two.txt", needs: [one]}
              - {id: flaky, exec: "test $KINTSUGI_ATTEMPT != 1 || { echo 'curl: (7) Failed to connect to repo.example port 443: Connection refused'; exit 7; }; cat one.txt > three.txt", needs: [one]}
              - {id: four, exec: "sleep 0.4; cat two.txt three.txt > four.txt", needs: [two, flaky]}
              - {id: broken, exec: "exit 4", alternatives: [{exec: "sleep 0.3; echo five > five.txt"}], needs: [four]}
              - {id: six, exec: "sleep 0.4; cat four.txt five.txt > six.txt", needs: [broken]}
              - {id: seven, exec: "sleep 0.4; test -f six.txt", needs: [six]}
            """;

    @TempDir Path temporary;

    @Test
    void finishesARunWhoseServerIsKilledTenTimes() throws Exception {
        var home = Files.createDirectories(temporary.resolve("home"));
        var repository = repository();
        try (var server = new KilledServer(home, temporary)) {
            var run = server.client().submit(Submission.of(PLAN.formatted(repository))).run();

            for (var kill = 1; kill <= KILLS; kill++) {
                waitForProgress(server, run, kill);
                server.kill();
                Awaitility.await()
                        .atMost(Duration.ofSeconds(10))
                        .untilAsserted(() -> assertThat(processesOf(run)).isEmpty());
                server.startAgain();
            }

            Awaitility.await()
                    .atMost(Duration.ofSeconds(90))
                    .until(() -> server.client().run(run).status().isFinal());
            assertThat(server.client().run(run).status())
                    .as(story(server.client().timeline(run)))
                    .isEqualTo(RunStatus.SUCCEEDED);
            assertThat(successes(server.client().timeline(run)))
                    .containsExactlyInAnyOrder(
                            "one", "two", "flaky", "four", "broken", "six", "seven");
            assertThat(git(repository, "show", "kintsugi/" + run + ":six.txt"))
                    .isEqualTo("two\none\nfive\n");
        }
    }

    /**
     * Each kill comes one event later than the last, so each falls into another part of the run.
     */
    private static void waitForProgress(KilledServer server, String run, int events)
            throws IOException {
        var client = server.client();
        Awaitility.await()
                .atMost(Duration.ofSeconds(60))
                .pollInterval(Duration.ofMillis(20))
                .until(() ->
                        progress(client.timeline(run)) >= events
                                || client.run(run).status().isFinal());
    }

    private static long progress(List<TimelineEntry> timeline) {
        return timeline.stream().filter(entry -> !(entry.event() instanceof TaskLost)).count();
    }

    private static String story(List<TimelineEntry> timeline) {
        var lines = timeline.stream().map(entry -> entry.event() + " → " + entry.notes());
        return String.join("\n", lines.toList());
    }

    private static List<String> successes(List<TimelineEntry> timeline) {
        return timeline.stream()
                .map(TimelineEntry::event)
                .filter(StepSucceeded.class::isInstance)
                .map(event -> ((StepSucceeded) event).step())
                .toList();
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

    private Path repository() throws Exception {
        var folder = Files.createDirectories(temporary.resolve("repository"));
        git(folder, "init", "-q", "-b", "main");
        Files.writeString(folder.resolve("README"), "for a test\n");
        git(folder, "add", ".");
        git(
                folder,
                "-c",
                "user.name=T",
                "-c",
                "user.email=t@example.org",
                "commit",
                "-qm",
                "Begin");
        return folder;
    }

    private static String git(Path folder, String... arguments) throws Exception {
        var command = Stream.concat(Stream.of("git"), Stream.of(arguments)).toList();
        var process =
                new ProcessBuilder(command)
                        .directory(folder.toFile())
                        .redirectErrorStream(true)
                        .start();
        var said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(said).isZero();
        return said;
    }
}
