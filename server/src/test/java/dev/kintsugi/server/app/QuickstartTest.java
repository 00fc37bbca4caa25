package dev.kintsugi.server.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.kintsugi.client.api.KintsugiClient;
import dev.kintsugi.client.api.Submission;
import dev.kintsugi.client.event.Ladder;
import dev.kintsugi.client.event.RunEvent.RecheckEnded;
import dev.kintsugi.client.event.RunEvent.UndoEnded;
import dev.kintsugi.client.event.RunStatus;
import dev.kintsugi.client.run.RunView;
import dev.kintsugi.client.run.RunView.Approval.Undo;
import dev.kintsugi.client.run.RunView.Phases;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The quickstart as users run it: its folder in a clone, its real tools, a real server. */
class QuickstartTest {
    private static final Path QUICKSTART = Path.of("../examples/quickstart");
    private static final String SHOP = "examples/quickstart/storefront/";

    /** Of each plan, on 2 cores; the variable is for machines with other work as well. */
    private static final Duration LIMIT =
            Duration.ofMinutes(2)
                    .multipliedBy(
                            Long.parseLong(System.getenv().getOrDefault("KINTSUGI_SLACK", "1")));

    private static final Duration PATIENCE = LIMIT.multipliedBy(2);

    @TempDir Path folder;
    private Path clone;
    private TestServer server;
    private KintsugiClient client;

    @BeforeEach
    void begin() throws Exception {
        clone = Files.createDirectories(folder.toRealPath().resolve("clone"));
        copy(QUICKSTART, clone.resolve("examples/quickstart"));
        Files.writeString(clone.resolve("README.md"), "not the shop's\n");
        git("init", "--quiet", "--initial-branch=main", ".");
        git("add", "--all");
        git("commit", "--quiet", "--message", "first");
        server =
                TestServer.start(
                        Map.of(
                                "KINTSUGI_WORKSPACE_ROOTS",
                                clone.toString(),
                                "FEATURE_META_V4_ENABLED",
                                "true"));
        var address = URI.create("http://127.0.0.1:" + server.port());
        client = KintsugiClient.of(address, server.key());
    }

    @AfterEach
    void end() {
        client.close();
        server.close();
    }

    @Test
    void planEndsHealedAndItsBranchPassesItsTestsWhenCheckedOut() throws Exception {
        var run = submit("plan.yaml");

        var ended = standing(run, RunStatus.SUCCEEDED);
        assertThat(Duration.ofMillis(ended.durationMs())).isLessThan(LIMIT);
        assertThat(ended.phases()).isEqualTo(new Phases(1, 2, 1, 0));
        assertThat(ended.attempts()).isEqualTo(4);
        assertThat(ended.branch()).isEqualTo("kintsugi/" + run);
        assertThat(reproven(run)).containsExactlyInAnyOrder("build", "test");

        assertThat(git("diff", "--name-only", "main", "kintsugi/" + run).lines())
                .containsExactly(
                        SHOP + "data/rates.csv",
                        SHOP + "src/main/java/money/Money.java",
                        SHOP + "src/report/java/storefront/report/SalesReport.java");
        assertThat(git("show", "kintsugi/" + run + ":" + SHOP + "src/main/java/money/Money.java"))
                .contains("Version 1.5");
        assertThat(git("log", "--format=%B", "--grep=Mend report", "kintsugi/" + run))
                .contains("Kintsugi-Run: " + run)
                .contains("Kintsugi-Step: report")
                .contains("Kintsugi-Patch: catalogue")
                .contains("Kintsugi-Proof: attempt 2 passed");
        assertThat(git("status", "--porcelain")).isEmpty();

        var byHand = folder.resolve("by-hand");
        git("worktree", "add", "--quiet", byHand.toString(), "kintsugi/" + run);
        assertThat(said(byHand.resolve(SHOP), "./test.sh")).contains("Failures: 0");
        assertThat(said(byHand.resolve(SHOP), "./report.sh")).contains("120 orders");
    }

    @Test
    void rollbackAsksAndUndoesWhatWasDoneOnlyWhenItIsApproved() throws Exception {
        try (var staging = Staging.start(clone.resolve(SHOP))) {
            var approved = submit("rollback.yaml", "127.0.0.1:8790", staging.address());
            var denied = submit("rollback.yaml", "127.0.0.1:8790", staging.address());
            standing(approved, RunStatus.WAITING);
            standing(denied, RunStatus.WAITING);
            assertThat(staging.staged())
                    .containsExactlyInAnyOrder(staged(approved), staged(denied));

            answer(approved, true);
            answer(denied, false);

            assertThat(standing(approved, RunStatus.ROLLED_BACK).phases().rollback()).isEqualTo(1);
            assertThat(standing(denied, RunStatus.FAILED).branch()).isNull();
            assertThat(undone(approved)).containsExactly("stage", "upgrade");
            assertThat(undone(denied)).isEmpty();
            assertThat(staging.staged()).containsExactly(staged(denied));
            assertThat(undoLog(approved, "stage")).contains("removed " + staged(approved));
            assertThat(undoLog(approved, "upgrade")).contains("Failures: 0");
            assertThat(git("branch", "--list", "kintsugi/*")).isEmpty();
        }
    }

    private static String staged(String run) {
        return "/" + run + "/storefront.jar";
    }

    private String undoLog(String run, String step) {
        return client.log(run, step, "undo", KintsugiClient.LATEST_ATTEMPT, 0).text();
    }

    private List<String> undone(String run) {
        return client.timeline(run).stream()
                .map(entry -> entry.event())
                .filter(UndoEnded.class::isInstance)
                .map(event -> ((UndoEnded) event).step())
                .toList();
    }

    /** The example's staging server, as a user starts it beside Kintsugi, on a free port. */
    private record Staging(Process process, String address) implements AutoCloseable {
        static Staging start(Path shop) throws IOException {
            var process = new ProcessBuilder("./staging.sh", "0").directory(shop.toFile()).start();
            var said = process.inputReader().readLine();
            assertThat(said).startsWith("staging on http://");
            return new Staging(process, said.split("/")[2]);
        }

        List<String> staged() throws Exception {
            try (var http = HttpClient.newHttpClient()) {
                var all = HttpRequest.newBuilder(URI.create("http://" + address + "/")).build();
                return http.send(all, BodyHandlers.ofString()).body().lines().toList();
            }
        }

        @Override
        public void close() {
            process.destroyForcibly();
        }
    }

    private String submit(String plan) throws IOException {
        return submit(plan, "", "");
    }

    private String submit(String plan, String said, String instead) throws IOException {
        var folder = clone.resolve("examples/quickstart");
        var text = Files.readString(folder.resolve(plan)).replace(said, instead);
        return client.submit(Submission.of(text).from(folder.toString()).onLadder(Ladder.V4)).run();
    }

    private RunView standing(String run, RunStatus status) {
        await().atMost(PATIENCE).until(() -> stands(client.run(run), status));
        var view = client.run(run);
        assertThat(view.status()).as(String.valueOf(view.reason())).isEqualTo(status);
        return view;
    }

    private static boolean stands(RunView view, RunStatus status) {
        return view.status() == status || view.status().isFinal();
    }

    private void answer(String run, boolean approve) {
        var waiting = standing(run, RunStatus.WAITING);
        var approval = Objects.requireNonNull(waiting.approval());
        assertThat(approval.undo())
                .containsExactly(
                        new Undo("stage", "./deploy.sh unstage"),
                        new Undo("upgrade", "./upgrade.sh 1.4"));
        assertThat(approval.reason()).contains("no exchange rate for XAU");
        client.answerRollback(run, approval.hash(), approve, "tried by a test");
    }

    private List<String> reproven(String run) {
        return client.timeline(run).stream()
                .map(entry -> entry.event())
                .filter(RecheckEnded.class::isInstance)
                .map(event -> ((RecheckEnded) event).step())
                .toList();
    }

    private String git(String... arguments) throws Exception {
        var command = new ArrayList<>(List.of("git", "-c", "user.name=Ann"));
        command.addAll(List.of("-c", "user.email=ann@example.org"));
        command.addAll(List.of(arguments));
        return said(clone, command.toArray(String[]::new));
    }

    private static String said(Path directory, String... command) throws Exception {
        var process =
                new ProcessBuilder(command)
                        .directory(directory.toFile())
                        .redirectErrorStream(true)
                        .start();
        var output = new String(process.getInputStream().readAllBytes());
        assertThat(process.waitFor()).as(output).isZero();
        return output;
    }

    private static void copy(Path from, Path to) throws IOException {
        try (var files = Files.walk(from)) {
            for (var file : files.filter(f -> !f.toString().contains("/target")).toList()) {
                var copy = to.resolve(from.relativize(file));
                Files.createDirectories(copy.getParent());
                Files.copy(file, copy, StandardCopyOption.COPY_ATTRIBUTES);
            }
        }
    }
}
