package dev.kintsugi.server.run;

import static dev.kintsugi.server.run.RunHttp.assertProblem;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the server does not take in, and what the ladder v3 of the base profile does not do. */
class RefusedRunTest {
    private static RunHttp http;
    private static @TempDir Path roots;

    @BeforeAll
    static void start() {
        http = RunHttp.start(Map.of("KINTSUGI_WORKSPACE_ROOTS", roots.toString()));
    }

    @AfterAll
    static void stop() {
        http.server().close();
    }

    @Test
    void everyMistakeOfAPlanIsToldWithItsPlace() {
        var answer =
                http.submit(
                        """
                        plan: 1
                        name: wrong
                        colour: blue
                        steps:
                          - {id: test, exec: "true", timeout: 5 parsecs}
                          - {id: ship, exec: "true", needs: [tset]}
                        """);

        assertProblem(answer, 400, "bad_input");
        assertThat(answer.json().path("problems").values())
                .extracting(problem -> problem.asString())
                .anySatisfy(line -> assertThat(line).contains("3:1").contains("colour"))
                .anySatisfy(line -> assertThat(line).contains("timeout").contains("5 parsecs"))
                .anySatisfy(line -> assertThat(line).contains("did you mean \"test\""));
    }

    @Test
    void aCycleIsPrinted() {
        var answer =
                http.submit(
                        """
                        plan: 1
                        name: round
                        steps:
                          - {id: a, exec: "true", needs: [c]}
                          - {id: b, exec: "true", needs: [a]}
                          - {id: c, exec: "true", needs: [b]}
                        """);

        assertProblem(answer, 400, "bad_input");
        assertThat(answer.json().path("problems").toString())
                .contains("cycle")
                .contains("a", "b", "c");
    }

    @Test
    void aPlanPastTheLimitOfABodyIsRefused() {
        assertProblem(http.submit("#".repeat(8 * 1024 * 1024 + 1)), 413, "too_large");
    }

    @Test
    void anEmptyBodyIsRefused() {
        assertProblem(http.submit(""), 400, "bad_input");
    }

    @Test
    void aWorkspaceMustBeARepositoryWithinTheRoots() throws IOException {
        var folder = Files.createDirectory(roots.resolve("plain"));

        for (var git :
                new String[] {
                    folder.toString(),
                    roots.resolve("absent").toString(),
                    "/etc",
                    roots + "/../..",
                    "."
                }) {
            var answer =
                    http.submit(
                            """
                            plan: 1
                            name: nowhere
                            workspace: {git: %s}
                            steps: [{id: a, exec: "true"}]
                            """
                                    .formatted(git));
            assertProblem(answer, 400, "bad_input");
            assertThat(answer.json().path("detail").asString()).startsWith("workspace");
        }
        assertThat(http.get("/api/v1/runs").json().path("runs"))
                .noneMatch(run -> run.path("name").asString().equals("nowhere"));
    }

    @Test
    void doesNotLeaveForAnotherServerWhileARunIsActive() {
        var run = http.run("  - {id: a, exec: sleep 60}\n");

        var answer = http.post("/api/v1/shutdown?only_idle=true", "{}");

        assertProblem(answer, 409, "conflict");
        http.post("/api/v1/runs/" + run + "/cancel", "{}");
        assertThat(http.ended(run).path("status").asString()).isEqualTo("cancelled");
    }

    @Test
    void theBaseProfileRetriesAndDoesNoMore() {
        var run = http.run("  - {id: a, exec: exit 3, alternatives: [{exec: \"true\"}]}\n");

        var ended = http.ended(run);

        assertThat(ended.path("ladder").asString()).isEqualTo("v3");
        assertThat(ended.path("status").asString()).isEqualTo("failed");
        assertThat(ended.path("phases").path("patch").asInt()).isZero();
        assertThat(ended.path("phases").path("replan").asInt()).isZero();
        assertThat(http.timeline(run).toString())
                .doesNotContain("patch_not_found")
                .doesNotContain("patch_proposed")
                .doesNotContain("\"replanned\"");
        var asked =
                http.server()
                        .post(
                                "/api/v1/runs?ladder=v4",
                                http.key(),
                                "{\"plan\":1,\"name\":\"x\",\"steps\":[{\"id\":\"a\",\"exec\":\"true\"}]}");
        assertThat(asked.json().path("ladder").asString()).isEqualTo("v3");
        assertProblem(
                http.server().post("/api/v1/runs?ladder=v5", http.key(), "{}"), 400, "bad_input");
    }

    @Test
    void aPromotedRunUsesAllFourPhases() throws IOException {
        var release = new CountDownLatch(1);
        try (var gate = Gatekeeper.until(release)) {
            var run =
                    http.run(
                            """
                              - {id: wait, http: {method: GET, url: "%s"}}
                              - {id: a, exec: exit 3, needs: [wait], alternatives: [{exec: "true"}]}
                            """
                                    .formatted(gate.url()));

            var promoted = http.post("/api/meta/v4/runs/%s/promote".formatted(run), "{}");
            release.countDown();

            assertThat(promoted.json().path("ladder").asString()).isEqualTo("v4");
            var ended = http.ended(run);
            assertThat(ended.path("status").asString()).isEqualTo("succeeded");
            assertThat(ended.path("phases").path("replan").asInt()).isEqualTo(1);
        }
    }
}
