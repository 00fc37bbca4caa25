package dev.kintsugi.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.RandomAccessFile;
import java.io.StringWriter;
import java.nio.file.Files;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

class CliTest extends CliFixture {

    @Test
    void runsAPlanToItsEnd() {
        runEndsAs("succeeded");

        int code = kintsugi("run", "plan.yaml");

        assertThat(err()).isEmpty();
        assertThat(code).isZero();
        assertThat(out())
                .isEqualTo(
                        """
                        demo  run-1  (v4)
                          ✓ one  0.0 s
                        ✓ demo succeeded  1.2 s · 1 repair attempt · $0.01
                        """);
        assertThat(server.asked.getFirst())
                .startsWith("POST /api/v1/runs?directory=%2F")
                .contains("&ladder=v4 plan: 1");
        assertThat(server.idempotencyKeys).contains("key-1");
    }

    @Test
    void endsWithTheExitCodeOfTheRun() {
        var codes = Map.of("failed", 1, "rolled_back", 3, "cancelled", 130, "succeeded", 0);

        codes.forEach((status, code) -> {
            runEndsAs(status);
            assertThat(kintsugi("run", "plan.yaml")).as(status).isEqualTo(code);
        });
    }

    @Test
    void printsEachEntryAndThenTheResultAsJson() {
        runEndsAs("succeeded");

        int code = kintsugi("run", "--json", "plan.yaml");

        assertThat(code).isZero();
        var lines = out().lines().toList();
        assertThat(lines).hasSize(2);
        assertThat(lines.getFirst()).startsWith("{\"run\":\"run-1\",\"seq\":1,");
        assertThat(lines.getLast())
                .isEqualTo(
                        "{\"run\":\"run-1\",\"status\":\"succeeded\",\"phases\":{\"retry\":1,\"patch\":0,"
                                + "\"replan\":0,\"rollback\":0},\"attempts\":1,\"duration_ms\":1200,"
                                + "\"cost_usd\":0.010000000,\"branch\":null}");
    }

    /** A run that waits for approval until it is answered, and then ends as told. */
    private void runWaitsForApproval(String afterYes, String afterNo) {
        var answered = new AtomicBoolean();
        var answer = new AtomicBoolean();
        var approval =
                """
                ,"waiting_for":"approval","approval":{"hash":"cafe","reason":"deploy failed",
                 "expires_at":"2026-01-02T00:00:00Z","undo":[{"step":"one","command":"./undo.sh"}]}\
                """;
        server.on("POST /api/v1/runs", 201, view("queued", ""))
                .on(
                        "GET /api/v1/runs/run-1",
                        _ ->
                                new ScriptedServer.Answer(
                                        200,
                                        answered.get()
                                                ? view(answer.get() ? afterYes : afterNo, "")
                                                : view("waiting", approval)))
                .on(
                        "GET /api/v1/runs/run-1/events",
                        _ -> new ScriptedServer.Answer(200, ENTRY + (answered.get() ? END : "")))
                .on(
                        "POST /api/meta/v4/runs/run-1/approve-rollback",
                        body -> {
                            answer.set(body.contains("true"));
                            answered.set(true);
                            return new ScriptedServer.Answer(200, "{}");
                        });
    }

    @Test
    void leavesAnApprovalThatNobodyHereCanGive() {
        runWaitsForApproval("rolled_back", "failed");

        int code = kintsugi("run", "plan.yaml");

        assertThat(code).isEqualTo(4);
        assertThat(err())
                .contains("undo one: ./undo.sh", "kintsugi approve run-1 --hash cafe\n", "--deny");
    }

    @Test
    void approvesOrDeniesAsDecidedOnTheCommandLine() {
        runWaitsForApproval("rolled_back", "failed");
        assertThat(kintsugi("run", "--approve", "plan.yaml")).isEqualTo(3);

        runWaitsForApproval("rolled_back", "failed");
        assertThat(kintsugi("run", "--deny", "plan.yaml")).isEqualTo(1);
        assertThat(server.asked)
                .anyMatch(asked -> asked.contains("\"approved\":true"))
                .anyMatch(asked -> asked.contains("\"approved\":false"));
    }

    @Test
    void asksForApprovalAtTheTerminal() {
        runWaitsForApproval("rolled_back", "failed");

        int code = typing("maybe\ny\n", "run", "plan.yaml");

        assertThat(code).isEqualTo(3);
        assertThat(err()).contains("hash cafe", "Undo this? [y/n] ", "Please answer y or n");
    }

    @Test
    void approvesLater() {
        runWaitsForApproval("rolled_back", "failed");

        int code = kintsugi("approve", "run-1", "--hash", "cafe");

        assertThat(code).isEqualTo(3);
    }

    @Test
    void askedToStopWithoutATerminalCancelsTheRun() {
        var cancelled = new AtomicBoolean();
        server.on("POST /api/v1/runs", 201, view("queued", ""))
                .on(
                        "GET /api/v1/runs/run-1",
                        _ ->
                                new ScriptedServer.Answer(
                                        200, view(cancelled.get() ? "cancelled" : "running", "")))
                .on(
                        "GET /api/v1/runs/run-1/events",
                        _ -> {
                            interrupts.compareAndSet(0, cancelled.get() ? 0 : 1);
                            return new ScriptedServer.Answer(
                                    200, ENTRY + (cancelled.get() ? END : ""));
                        })
                .on(
                        "POST /api/v1/runs/run-1/cancel",
                        _ -> {
                            cancelled.set(true);
                            return new ScriptedServer.Answer(202, view("running", ""));
                        });

        assertThat(kintsugi("run", "plan.yaml")).isEqualTo(130);
    }

    @Test
    void interruptedTwiceLeavesTheRunAlone() {
        runEndsAs("running");
        server.on("GET /api/v1/runs/run-1/events", 200, ENTRY);
        interrupts.set(2);

        assertThat(kintsugi("run", "plan.yaml")).isEqualTo(4);
        assertThat(err()).contains("kintsugi resume run-1");
        assertThat(server.asked).noneMatch(asked -> asked.contains("cancel"));
    }

    @Test
    void refusesABadPlanBeforeAskingAnyServer() throws IOException {
        Files.writeString(
                directory.resolve("bad.yaml"),
                "plan: 1\nname: demo\nsteps:\n  - {id: test, exec: x}\n  - {id: b, exec: x, needs: [tset]}\n");

        int code = kintsugi("run", "bad.yaml");

        assertThat(code).isEqualTo(2);
        assertThat(err()).contains("bad.yaml:5:", "tset", "test");
        assertThat(server.asked).isEmpty();
    }

    @Test
    void refusesAPlanOf50MBUnread() throws IOException {
        try (var file = new RandomAccessFile(directory.resolve("huge.yaml").toFile(), "rw")) {
            file.setLength(50L << 20);
        }

        assertThat(kintsugi("run", "huge.yaml")).isEqualTo(2);
        assertThat(err()).contains("huge.yaml: larger than 8 MiB");
    }

    @Test
    void saysThatAFolderIsNotARepository() throws IOException {
        Files.writeString(
                directory.resolve("plan.yaml"),
                "plan: 1\nname: demo\nworkspace: {git: ./shop}\nsteps:\n  - {id: one, exec: 'true'}\n");

        assertThat(kintsugi("run", "plan.yaml")).isEqualTo(2);
        assertThat(err()).contains("workspace.git", "is not a git repository", "git init");
    }

    @Test
    void showsWhatItWouldDo() {
        int code = kintsugi("run", "--dry-run", "plan.yaml");

        assertThat(code).isZero();
        assertThat(out()).contains("demo: 1 step", "  1. one: true", "gate ", "limits ", "15 min");
        assertThat(server.asked).isEmpty();
    }

    @Test
    void whatTheServerLacksIsNoBadInput() {
        server.on(
                "POST /api/v1/runs",
                503,
                "{\"code\":\"unavailable\",\"detail\":\"git cannot be started: install it\"}");

        assertThat(kintsugi("run", "plan.yaml")).isEqualTo(5);

        assertThat(err()).contains("git cannot be started: install it");
    }

    @Test
    void findsARunByItsBeginningAndTheLastOne() {
        server.on("GET /api/v1/runs", 200, "{\"runs\":[" + view("failed", "") + "]}")
                .on("POST /api/v1/runs/run-1/cancel", 202, view("running", ""));

        assertThat(kintsugi("cancel", "ru")).isZero();
        assertThat(kintsugi("cancel", "last")).isZero();
        assertThat(kintsugi("cancel", "nope")).isEqualTo(2);

        assertThat(err()).contains("there is no run \"nope\"");
    }

    @Test
    void followsALogToItsEnd() {
        server.on("GET /api/v1/runs/run-1", 200, view("succeeded", ""))
                .on(
                        "GET /api/v1/runs/run-1/steps/one/log",
                        _ ->
                                new ScriptedServer.Answer(
                                        200,
                                        server.asked.getLast().contains("offset=0")
                                                ? "{\"attempt\":1,\"offset\":0,\"next\":6,\"text\":\"hello\\n\",\"ended\":false}"
                                                : "{\"attempt\":1,\"offset\":6,\"next\":6,\"text\":\"\",\"ended\":true}"));

        assertThat(kintsugi("logs", "-f", "run-1", "one")).isZero();

        assertThat(out()).isEqualTo("hello\n");
    }

    @Test
    void saysWhatIsWrongWithTheKey() {
        server.on(
                "GET /api/v1/runs", 401, "{\"code\":\"unauthorized\",\"detail\":\"unknown key\"}");

        assertThat(kintsugi("runs")).isEqualTo(5);
        assertThat(err()).contains("unknown key (401)", "KINTSUGI_API_KEY").doesNotContain("\tat ");
    }

    @Test
    void saysWhereNobodyListens() {
        server.close();

        assertThat(kintsugi("runs")).isEqualTo(5);
        assertThat(err()).contains("cannot reach the server at " + server.uri());
    }

    @Test
    void makesListsAndRevokesATenantsKeys() {
        server.on(
                        "POST /api/v1/tenants/acme/keys",
                        201,
                        "{\"tenant\":\"acme\",\"label\":\"ci\",\"api_key\":\"kk-1\"}")
                .on(
                        "GET /api/v1/tenants/acme/keys",
                        200,
                        "[{\"label\":\"ci\",\"scopes\":[\"read\"],\"created_at\":\"2026-01-01T00:00:00Z\"}]")
                .on("DELETE /api/v1/tenants/acme/keys/ci", 204, "");

        assertThat(kintsugi("tenant", "create-key", "acme", "ci", "--scopes", "read")).isZero();
        assertThat(kintsugi("tenant", "keys", "acme")).isZero();
        assertThat(kintsugi("tenant", "revoke-key", "acme", "ci")).isZero();
        assertThat(kintsugi("tenant", "create-key", "acme", "ci", "--days", "9999")).isEqualTo(2);

        assertThat(out()).contains("key: kk-1", "ci  read  since 2026-01-01T00:00:00Z  for ever");
        assertThat(server.asked).anyMatch(asked -> asked.contains("\"scopes\":[\"read\"]"));
    }

    @Test
    void looksAfterTheOwnTenantsKeys() {
        server.on(
                        "GET /api/v1/keys",
                        200,
                        "[{\"label\":\"ci\",\"scopes\":[\"read\",\"run\"],"
                                + "\"created_at\":\"2026-01-01T00:00:00Z\",\"expires_at\":\"2026-01-02T00:00:00Z\","
                                + "\"replaced_at\":\"2026-01-01T00:00:00Z\"}]")
                .on(
                        "POST /api/v1/keys",
                        201,
                        "{\"tenant\":\"acme\",\"label\":\"ci\",\"api_key\":\"kk-1\"}")
                .on(
                        "POST /api/v1/keys/ci/rotate",
                        201,
                        "{\"tenant\":\"acme\",\"label\":\"ci\",\"api_key\":\"kk-2\",\"old_ends_at\":\"2026-01-03T00:00:00Z\"}")
                .on("DELETE /api/v1/keys/ci", 204, "");

        assertThat(kintsugi("keys", "list")).isZero();
        assertThat(out())
                .contains(
                        "ci  read,run  since 2026-01-01T00:00:00Z  until 2026-01-02T00:00:00Z, replaced");
        assertThat(kintsugi("keys", "create", "ci", "--scopes", "read,run")).isZero();
        assertThat(kintsugi("keys", "rotate", "ci", "--overlap", "90m")).isZero();
        assertThat(kintsugi("keys", "revoke", "ci")).isZero();
        assertThat(out())
                .contains("key: kk-1", "key: kk-2", "The old key ends at 2026-01-03T00:00:00Z.");
        assertThat(server.asked).anyMatch(asked -> asked.contains("\"overlap_seconds\":5400"));
        assertThat(kintsugi("keys", "rotate", "ci", "--overlap", "soon")).isEqualTo(2);
        assertThat(err()).contains("--overlap must be a number with s, m, h or d");
    }

    @Test
    void showsAndChangesSettings() {
        var answer =
                "[{\"name\":\"max_workers\",\"value\":10,\"source\":\"tenant\",\"cap\":true,\"min\":0,\"max\":1000,"
                        + "\"platform\":1000,\"tenant\":10,\"meaning\":\"workers at once\"},"
                        + "{\"name\":\"max_storage_mb\",\"source\":\"default\",\"cap\":true,\"min\":0,\"max\":9,\"meaning\":\"megabytes\"}]";
        server.on("GET /api/v1/settings", 200, answer)
                .on("PATCH /api/v1/settings", 200, answer)
                .on("PATCH /api/v1/tenants/acme/settings", 200, answer);

        assertThat(kintsugi("settings", "list", "--run", "r-1")).isZero();
        assertThat(out()).contains("no limit", "default", "megabytes");
        assertThat(kintsugi("settings", "set", "max_workers", "10")).isZero();
        assertThat(kintsugi("settings", "unset", "max_workers", "--tenant", "acme", "--json"))
                .isZero();

        assertThat(lastLine()).startsWith("{\"name\":\"max_workers\",\"value\":10,");
        assertThat(server.asked)
                .anyMatch(asked -> asked.contains("run=r-1"))
                .anyMatch(asked -> asked.contains("{\"max_workers\":10}"))
                .anyMatch(asked -> asked.contains("{\"max_workers\":null}"));
        assertThat(kintsugi("settings", "set", "max_workers", "many")).isEqualTo(2);
    }

    @Test
    void refusesWhatItDoesNotUnderstand() {
        assertThat(kintsugi("rnu")).isEqualTo(2);
        assertThat(kintsugi("run")).isEqualTo(2);
        assertThat(kintsugi("run", "--approve", "--deny", "plan.yaml")).isEqualTo(2);
        assertThat(kintsugi("runs", "--limit", "0")).isEqualTo(2);
        assertThat(kintsugi("runs", "--server", "nonsense")).isEqualTo(2);
        assertThat(err()).contains("Try `kintsugi --help`.").doesNotContain("\tat ");
    }

    @Test
    void refusesAServerElsewhereForWhatIsAboutThisMachine() {
        assertThat(kintsugi("down")).isEqualTo(2);
        assertThat(kintsugi("up")).isEqualTo(2);
        assertThat(kintsugi("down", "--server", server.uri())).isEqualTo(2);
        assertThat(kintsugi("plan", "check", "--server", server.uri(), "plan.yaml")).isEqualTo(2);
        assertThat(err()).contains("KINTSUGI_SERVER names " + server.uri(), "--server");
        assertThat(server.asked).isEmpty();
    }

    @Test
    void refusesWhatCannotBeAPath() {
        assertThat(kintsugi("run", "pl\0n.yaml")).isEqualTo(2);
        assertThat(err()).contains("cannot be a path here").doesNotContain("Exception");
    }

    @Test
    void tellsInOneSentenceWhatNobodyForesaw() throws IOException {
        server.on("GET /api/v1/runs/last", 200, "[]").on("GET /api/v1/runs", 200, "null");

        assertThat(kintsugi("status", "last")).isEqualTo(5);

        var details = directory.resolve("home/logs/cli-error.log");
        assertThat(err().lines()).singleElement().asString().endsWith("details are in " + details);
        assertThat(Files.readString(details)).contains("\tat ");
    }

    @Test
    void keepsItsHelpTextUpToDate() {
        var made = new StringWriter();
        var shell = new PrintWriter(made, true);

        assertThat(kintsugi("--help")).isZero();
        Kintsugi.commands(shell(console("")), "").usage(shell, picocli.CommandLine.Help.Ansi.OFF);

        assertThat(out().stripTrailing()).isEqualTo(made.toString().stripTrailing());
    }

    @Test
    void tellsItsVersionAndBuild() {
        assertThat(kintsugi("--version")).isZero();

        assertThat(out()).isEqualTo("kintsugi 0.1.0 (build b1)\n");
    }
}
