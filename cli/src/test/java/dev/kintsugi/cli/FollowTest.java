package dev.kintsugi.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.cli.ScriptedServer.Answer;
import java.io.IOException;
import java.nio.file.Files;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Runs, followed: left alone, answered, lost, and resumed. */
class FollowTest extends CliFixture {
    private static final String APPROVAL =
            """
            ,"waiting_for":"approval","approval":{"hash":"%s","reason":"deploy failed",
             "expires_at":"2026-01-02T00:00:00Z","undo":[{"step":"one","command":"./undo.sh"}]}\
            """;

    /** Waits with this hash until it is answered, and then has ended. */
    private void runWaits(String hash) {
        var answered = new AtomicInteger();
        server.on(
                        "GET /api/v1/runs/run-1",
                        _ ->
                                new Answer(
                                        200,
                                        answered.get() > 0
                                                ? view("rolled_back", "")
                                                : view("waiting", APPROVAL.formatted(hash))))
                .on(
                        "GET /api/v1/runs/run-1/events",
                        _ -> new Answer(200, ENTRY + (answered.get() > 0 ? END : "")))
                .on(
                        "POST /api/meta/v4/runs/run-1/approve-rollback",
                        _ -> {
                            answered.incrementAndGet();
                            return new Answer(200, "{}");
                        });
    }

    private boolean wasAsked(String what) {
        return server.asked.stream().anyMatch(asked -> asked.contains(what));
    }

    @Test
    void leavesARunThatIsDetached() {
        runEndsAs("succeeded");

        assertThat(kintsugi("run", "--detach", "plan.yaml")).isZero();
        assertThat(out()).isEqualTo("run-1\n");

        assertThat(kintsugi("run", "--detach", "--json", "plan.yaml")).isZero();
        assertThat(lastLine()).startsWith("{\"run\":\"run-1\",\"status\":\"queued\",");
        assertThat(wasAsked("/events")).isFalse();
    }

    @Test
    void asksForTheLadderThatIsWanted() {
        runEndsAs("succeeded");

        assertThat(kintsugi("run", "--ladder", "v3", "plan.yaml")).isZero();

        assertThat(wasAsked("&ladder=v3 plan: 1")).isTrue();
        assertThat(kintsugi("run", "--ladder", "v5", "plan.yaml")).isEqualTo(2);
    }

    @Test
    void givesAPlanItsInputs() throws IOException {
        runEndsAs("succeeded");
        Files.writeString(
                directory.resolve("plan.yaml"),
                "plan: 1\nname: demo\ninputs: {to: {description: where to}, n: {type: integer, default: 1}}\nsteps: [{id: one, exec: 'x ${inputs.to}'}]\n");

        assertThat(kintsugi("run", "--detach", "--set", "to=a=b", "--set", "n=2", "plan.yaml"))
                .isZero();
        assertThat(wasAsked("\"inputs\":{\"n\":\"2\",\"to\":\"a=b\"}")).isTrue();

        assertThat(kintsugi("run", "--dry-run", "--set", "to=x", "plan.yaml")).isZero();
        assertThat(out()).contains("input      to: \"x\"  (where to)");

        assertThat(kintsugi("run", "--set", "n=many", "plan.yaml")).isEqualTo(2);
        assertThat(err())
                .contains(
                        "inputs: n: must be a whole number",
                        "inputs: to: is missing",
                        "--set NAME=VALUE");
        assertThat(kintsugi("run", "--set", "to", "plan.yaml")).isEqualTo(2);
        assertThat(kintsugi("run", "--set", "to=1", "--set", "to=2", "plan.yaml")).isEqualTo(2);
    }

    @Test
    void doesAnEndedRunAgainInPart() {
        server.on("GET /api/v1/runs/run-1", 200, view("failed", ""));
        server.on(
                "POST /api/v1/runs/run-1/fork", 201, view("queued", "").replace("run-1", "run-2"));

        assertThat(kintsugi("retry", "run-1", "--detach", "--happened", "pay")).isZero();
        assertThat(out()).isEqualTo("run-2\n");
        assertThat(wasAsked("{\"inputs\":{},\"happened\":{\"pay\":true}}")).isTrue();

        assertThat(kintsugi("fork", "run-1", "--from", "test", "--set", "to=x", "--detach"))
                .isZero();
        assertThat(wasAsked("{\"from\":\"test\",\"inputs\":{\"to\":\"x\"},\"happened\":{}}"))
                .isTrue();
        assertThat(kintsugi("fork", "run-1")).isEqualTo(2);
        assertThat(err()).contains("--from");
    }

    @Test
    void opensTheCheckoutThatAFailedAttemptLeft() throws IOException {
        server.on("GET /api/v1/runs/run-1", 200, view("failed", ""));
        var checkouts = directory.resolve("home/checkouts/run-1/one");
        var kept = Files.createDirectories(checkouts.resolve("10.7"));
        Files.createDirectories(checkouts.resolve("9.6"));
        Files.createDirectories(checkouts.resolve("11-mend.8"));

        assertThat(kintsugi("shell", "run-1", "one", "--path")).isZero();
        assertThat(out()).isEqualTo(kept + "\n");
        var elsewhere =
                Files.createDirectories(
                        directory.resolve("home/workers/lab/checkouts/run-1/one/12.9"));
        assertThat(kintsugi("shell", "run-1", "one", "--path")).isZero();
        assertThat(out()).endsWith(elsewhere + "\n");
        assertThat(kintsugi("shell", "run-1", "one", "--attempt", "8", "--path")).isEqualTo(2);
        assertThat(err()).contains("no checkout of step one, attempt 8 is kept in");
        assertThat(kintsugi("shell", "run-1", "two")).isEqualTo(2);
        assertThat(err()).contains("has no step \"two\"");
    }

    private void artifactIs(String name) {
        server.on("GET /api/v1/runs/run-1", 200, view("failed", ""));
        server.on("GET /api/v1/blobs/cafe", 200, "hello");
        server.on(
                "GET /api/v1/runs/run-1/artifacts",
                200,
                "[{\"step\":\"one\",\"attempt\":2,\"name\":\"%s\",\"hash\":\"cafe\",\"size\":5}]"
                        .formatted(name));
    }

    @Test
    void fetchesArtifactsIntoAFolder() {
        artifactIs("out/x.txt");

        assertThat(kintsugi("artifacts", "list", "run-1")).isZero();
        assertThat(out()).contains("one  attempt 2", "5 bytes  out/x.txt");
        assertThat(kintsugi("artifacts", "get", "run-1", "one", "--to", "there")).isZero();
        assertThat(directory.resolve("there/one/out/x.txt")).hasContent("hello");
        assertThat(kintsugi("artifacts", "get", "run-1", "one", "none")).isEqualTo(2);
    }

    @Test
    void writesNoArtifactElsewhere() throws IOException {
        artifactIs("../../x");

        assertThat(kintsugi("artifacts", "get", "run-1", "--to", "there")).isEqualTo(5);
        assertThat(err()).contains("leads elsewhere");

        artifactIs("out/x");
        Files.createDirectories(directory.resolve("there/one"));
        Files.createSymbolicLink(directory.resolve("there/one/out"), directory);
        assertThat(kintsugi("artifacts", "get", "run-1", "--to", "there")).isEqualTo(2);
        assertThat(directory.resolve("x")).doesNotExist();
    }

    @Test
    void cancelsARunWithItsChildren() {
        server.on("GET /api/v1/runs/run-1", 200, view("running", ""));
        server.on("POST /api/v1/runs/run-1/cancel", 202, view("cancelled", ""));

        assertThat(kintsugi("cancel", "run-1", "--children")).isZero();

        assertThat(wasAsked("/cancel?children=true")).isTrue();
    }

    @Test
    void showsAPlanAsJsonWithoutRunningIt() {
        assertThat(kintsugi("run", "--dry-run", "--json", "plan.yaml")).isZero();

        assertThat(out().lines()).hasSize(1);
        assertThat(out())
                .startsWith("{\"name\":\"demo\",\"waves\":[[\"one\"]],\"plan\":{\"plan\":1,")
                .contains("\"timeout\":\"5m\"");
        assertThat(server.asked).isEmpty();
    }

    @Test
    void endsInJsonWhenItIsLeftAlone() {
        runEndsAs("running");
        server.on("GET /api/v1/runs/run-1/events", 200, ENTRY);
        interrupts.set(2);

        assertThat(kintsugi("run", "--json", "plan.yaml")).isEqualTo(4);

        assertThat(lastLine()).startsWith("{\"run\":\"run-1\",\"status\":\"running\",");
    }

    @Test
    void endsInJsonWhenTheServerIsLost() {
        runEndsAs("running");
        server.on("GET /api/v1/runs/run-1/events", 200, "event: entry\ndata: what?\n\n");

        assertThat(kintsugi("run", "--json", "plan.yaml")).isEqualTo(5);

        assertThat(lastLine())
                .startsWith("{\"error\":{\"exit_code\":5,")
                .contains("kintsugi resume run-1");
    }

    @Test
    void stopsAtARunThatHasEndedThoughItsStreamGoesOn() {
        runEndsAs("succeeded");
        server.on("GET /api/v1/runs/run-1/events", 200, ENTRY);

        assertThat(kintsugi("run", "plan.yaml")).isZero();

        assertThat(out()).contains("✓ one", "demo succeeded");
    }

    @Test
    void remarksAnEntryOfANewerServer() {
        runEndsAs("succeeded");
        var newer = "{\"run\":\"run-1\",\"seq\":2,\"event\":{\"type\":\"step_sang\"}}";
        var stream = ENTRY + "id: 2\nevent: entry\ndata: " + newer + "\n\n" + END;
        server.on("GET /api/v1/runs/run-1/events", 200, stream);

        assertThat(kintsugi("run", "plan.yaml")).isZero();
        assertThat(out()).contains("entry 2 is of a kind that only a newer kintsugi can show");

        assertThat(kintsugi("run", "--json", "plan.yaml")).isZero();
        assertThat(out()).contains(newer + "\n");
    }

    @Test
    void approvesWhatItHasShownAndTheUserAgreedTo() {
        runWaits("cafe");

        assertThat(typing("y\n", "approve", "run-1")).isEqualTo(3);

        assertThat(err()).contains("deploy failed", "undo one: ./undo.sh", "Undo this? [y/n] ");
        assertThat(wasAsked("{\"hash\":\"cafe\",\"approved\":true}")).isTrue();
    }

    @Test
    void approvesNothingWithoutAnAnswer() {
        runWaits("cafe");

        assertThat(typing("n\n", "approve", "run-1")).isEqualTo(4);
        assertThat(kintsugi("approve", "run-1", "--json")).isEqualTo(4);

        assertThat(lastLine())
                .startsWith("{\"error\":{\"exit_code\":4,")
                .contains("say which request you mean with --hash cafe");
        assertThat(wasAsked("approve-rollback")).isFalse();
    }

    @Test
    void deniesWithAComment() {
        runWaits("cafe");

        int code = kintsugi("approve", "run-1", "--hash", "cafe", "--deny", "--comment", "no");

        assertThat(code).isEqualTo(3);
        assertThat(wasAsked("\"approved\":false,\"comment\":\"no\"")).isTrue();
    }

    @Test
    void tellsOnlyWhatHappensAfterAnApproval() {
        runWaits("cafe");
        var known = view("waiting", APPROVAL.formatted("cafe")).replace("\"seq\":0", "\"seq\":1");
        var ended = view("rolled_back", "").replace("\"seq\":0", "\"seq\":2");
        server.on(
                        "GET /api/v1/runs/run-1",
                        _ -> new Answer(200, wasAsked("approve-rollback") ? ended : known))
                .on("GET /api/v1/runs/run-1/events", 200, ENTRY + entry(2) + END);

        assertThat(kintsugi("approve", "run-1", "--hash", "cafe", "--json")).isEqualTo(3);

        assertThat(out().lines())
                .satisfiesExactly(
                        line -> assertThat(line).startsWith("{\"run\":\"run-1\",\"seq\":2,"),
                        line -> assertThat(line).contains("\"status\":\"rolled_back\""));
    }

    @Test
    void goesOnWhenSomebodyElseAnsweredFirst() {
        runWaits("cafe");
        server.on("POST /api/v1/runs", 201, view("queued", ""));
        var tries = new AtomicInteger();
        server.on(
                        "POST /api/meta/v4/runs/run-1/approve-rollback",
                        _ -> {
                            tries.incrementAndGet();
                            return new Answer(409, "{\"detail\":\"waits for no approval\"}");
                        })
                .on(
                        "GET /api/v1/runs/run-1",
                        _ ->
                                new Answer(
                                        200,
                                        tries.get() > 0
                                                ? view("failed", "")
                                                : view("waiting", APPROVAL.formatted("cafe"))));

        assertThat(kintsugi("run", "--approve", "plan.yaml")).isEqualTo(1);

        assertThat(err()).contains("This answer came too late: waits for no approval");
        assertThat(tries).hasValue(1);
    }

    @Test
    void resumesARunAndFollowsItToItsEnd() {
        runEndsAs("succeeded");
        server.on(
                        "GET /api/v1/runs/run-1",
                        _ -> new Answer(200, view(wasAsked("/resume") ? "failed" : "running", "")))
                .on("POST /api/v1/runs/run-1/resume", 202, view("running", ""));

        assertThat(kintsugi("resume", "run-1")).isEqualTo(1);
        assertThat(out()).contains("demo failed");

        assertThat(kintsugi("resume", "run-1", "--detach", "--json")).isZero();
        assertThat(lastLine()).startsWith("{\"run\":\"run-1\",\"status\":\"failed\",");
    }

    @Test
    void answersWhetherAStepHappened() {
        server.on(
                        "GET /api/v1/runs/run-1",
                        _ ->
                                new Answer(
                                        200,
                                        wasAsked("/resume")
                                                ? view("succeeded", "")
                                                : view("waiting", "")))
                .on("GET /api/v1/runs/run-1/events", 200, ENTRY + END)
                .on("POST /api/v1/runs/run-1/resume", 202, view("running", ""));

        assertThat(kintsugi("resume", "run-1", "--step", "one", "--no-happened")).isZero();

        assertThat(wasAsked("{\"step\":\"one\",\"happened\":false}")).isTrue();
        assertThat(kintsugi("resume", "run-1", "--step", "one")).isEqualTo(2);
        assertThat(err()).contains("--step and --happened (or --no-happened) belong together");
    }

    @Test
    void asksAgainWhenALaterAttemptOfTheSameStepIsLost() {
        var answers = new AtomicInteger();
        server.on("POST /api/v1/runs", 201, view("queued", ""))
                .on("GET /api/v1/runs/run-1", _ -> new Answer(200, unknown(answers.get())))
                .on(
                        "GET /api/v1/runs/run-1/events",
                        _ -> new Answer(200, ENTRY + (answers.get() == 2 ? END : "")))
                .on(
                        "POST /api/v1/runs/run-1/resume",
                        _ -> new Answer(202, unknown(answers.incrementAndGet())));

        int code = typing("n\ny\n", "run", "plan.yaml");

        assertThat(code).isZero();
        assertThat(answers).hasValue(2);
        assertThat(server.asked)
                .anyMatch(asked -> asked.contains("\"happened\":false"))
                .anyMatch(asked -> asked.contains("\"happened\":true"));
    }

    private static String unknown(int answers) {
        return answers == 2
                ? view("succeeded", "")
                : view("waiting", ",\"waiting_for\":\"effect_unknown\"")
                        .replace(
                                "\"failed\",\"attempt\":1",
                                "\"unknown\",\"attempt\":" + (answers + 1));
    }
}
