package dev.kintsugi.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.benchmarks.crash.BenchCrash;
import dev.kintsugi.server.simulation.Simulate;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Each command that looks at something, in words and as JSON. */
class CommandsTest extends CliFixture {
    private static final String WAITING =
            """
            ,"waiting_for":"approval","approval":{"hash":"cafe","reason":"deploy failed",
             "expires_at":"2026-01-02T00:00:00Z","undo":[]}\
            """;

    private void timelineIs(String... entries) {
        server.on(
                "GET /api/meta/v4/runs/run-1/timeline",
                200,
                "{\"run_id\":\"run-1\",\"entries\":[" + String.join(",", entries) + "]}");
    }

    @Test
    void showsWhereARunStandsAndWhatItAsks() {
        server.on("GET /api/v1/runs/run-1", 200, view("waiting", WAITING));
        timelineIs(entryJson(1));

        assertThat(kintsugi("status", "run-1")).isZero();

        assertThat(out())
                .isEqualTo(
                        """
                        run-1
                          failed      one
                        ? demo waits  1.2 s · 1 repair attempt · $0.01
                          approve with: kintsugi approve run-1 --hash cafe
                        """);
    }

    @Test
    void showsWhereARunStandsAsJson() {
        server.on("GET /api/v1/runs/run-1", 200, view("rolling_back", ""));

        assertThat(kintsugi("status", "--json", "run-1")).isZero();

        assertThat(out()).startsWith("{").contains("\"status\":\"rolling_back\"");
        assertThat(out().lines()).hasSize(1);
    }

    @Test
    void tellsWhoWaitsForWhatAndWhoHoldsIt() {
        var held =
                """
                {"lock":"db","run":"run-1","step":"migrate","permits":1,"limit":1,"keep":true,"since":"2026-01-01T00:00:00Z"}\
                """;
        var waiting =
                """
                {"run":"run-2","step":"report","since":"2026-01-01T00:00:00Z","until":"2026-01-02T00:00:00Z",
                 "on":[{"lock":"db","runs":["run-1"]},{"runs":["run-9"]}]}\
                """;
        server.on(
                "GET /api/v1/waits",
                200,
                "{\"waits\":[%s],\"holds\":[%s]}".formatted(waiting, held));

        assertThat(kintsugi("waits")).isZero();
        assertThat(out())
                .contains(
                        "held     lock db  by step migrate of run run-1  1 of 1, kept until the run ends",
                        "waiting  step report of run run-2  for lock db, which run run-1 has or gets first and run run-9");
    }

    @Test
    void tellsWhoWaitsAsJson() {
        server.on("GET /api/v1/waits", 200, "{\"waits\":[],\"holds\":[]}");

        assertThat(kintsugi("waits", "--json")).isZero();

        assertThat(out()).isEqualTo("{\"waits\":[],\"holds\":[]}\n");
    }

    @Test
    void sweepsOneKindAfterTheOther() {
        server.on("GET /api/v1/gc", 200, "[\"repositories\",\"runs\"]")
                .on(
                        "POST /api/v1/gc/repositories",
                        200,
                        "{\"kind\":\"repositories\",\"count\":2,\"bytes\":104857600,\"done\":true}")
                .on(
                        "POST /api/v1/gc/runs",
                        200,
                        "{\"kind\":\"runs\",\"count\":1234,\"bytes\":1,\"done\":true}");

        assertThat(kintsugi("gc", "--dry-run")).isZero();
        assertThat(out())
                .isEqualTo(
                        """
                        repositories            2      100 MiB
                        runs                1,234        1 KiB
                        would delete 1,236, 100 MiB in all
                        """);
        assertThat(server.asked).contains("POST /api/v1/gc/runs?dry_run=true {}");
    }

    @Test
    void waitsForASweepThatTakesLong() {
        var asked = new AtomicInteger();
        server.on("GET /api/v1/gc", 200, "[\"runs\"]")
                .on(
                        "POST /api/v1/gc/runs",
                        _ ->
                                new ScriptedServer.Answer(
                                        200,
                                        "{\"kind\":\"runs\",\"count\":0,\"bytes\":0,\"done\":%s}"
                                                .formatted(asked.incrementAndGet() == 3)));

        assertThat(kintsugi("gc")).isZero();
        assertThat(asked).hasValue(3);
        assertThat(err()).isEqualTo("sweeping runs …\n");
        assertThat(out()).contains("deleted 0, 0 KiB in all");
    }

    @Test
    void sweepsAsJson() {
        server.on("GET /api/v1/gc", 200, "[\"runs\"]")
                .on(
                        "POST /api/v1/gc/runs",
                        200,
                        "{\"kind\":\"runs\",\"count\":1,\"bytes\":7,\"done\":true}");

        assertThat(kintsugi("gc", "--json")).isZero();
        assertThat(out())
                .isEqualTo(
                        """
                        {"kind":"runs","count":1,"bytes":7,"done":true}
                        {"dry_run":false,"count":1,"bytes":7}
                        """);
        assertThat(server.asked).contains("POST /api/v1/gc/runs?dry_run=false {}");
    }

    @Test
    void tellsATimelineInWords() {
        server.on("GET /api/v1/runs/run-1", 200, view("succeeded", ""));
        timelineIs(entryJson(1));

        assertThat(kintsugi("timeline", "run-1")).isZero();

        assertThat(out()).isEqualTo("   1  2026-01-01T00:00:00Z\n  ✓ one  0.0 s\n");
    }

    @Test
    void tellsATimelineAsJson() {
        server.on("GET /api/v1/runs/run-1", 200, view("succeeded", ""));
        timelineIs(entryJson(1), entryJson(2));

        assertThat(kintsugi("timeline", "--json", "run-1")).isZero();

        assertThat(out().lines())
                .hasSize(2)
                .allSatisfy(line -> assertThat(line).startsWith("{\"run\":\"run-1\",\"seq\":"));
    }

    @Test
    void listsRunsNewestFirst() {
        server.on("GET /api/v1/runs", 200, "{\"runs\":[" + view("rolled_back", "") + "]}");

        assertThat(kintsugi("runs", "--status", "rolled_back", "--limit", "3")).isZero();

        assertThat(out())
                .isEqualTo("run-1  rolled back   1 repair attempt    9.0 s      ago  demo\n");
        assertThat(server.asked).containsExactly("GET /api/v1/runs?status=rolled_back&limit=3");
    }

    @Test
    void listsRunsAsJsonOverSeveralPages() {
        server.on(
                "GET /api/v1/runs",
                _ ->
                        new ScriptedServer.Answer(
                                200,
                                "{\"runs\":[%s],\"next\":%s}"
                                        .formatted(
                                                view("failed", ""),
                                                server.asked.getLast().contains("after=")
                                                        ? "null"
                                                        : "\"run-1\"")));

        assertThat(kintsugi("runs", "--json")).isZero();

        assertThat(out().lines())
                .hasSize(2)
                .allSatisfy(line -> assertThat(line).contains("\"status\":\"failed\""));
    }

    @Test
    void saysThatThereAreNoRuns() {
        server.on("GET /api/v1/runs", 200, "{\"runs\":[]}");

        assertThat(kintsugi("runs")).isZero();

        assertThat(out()).isEqualTo("no runs\n");
    }

    @Test
    void makesATenantAndShowsItsKey() {
        server.on("POST /api/v1/tenants", 201, "{\"tenant\":\"acme\",\"api_key\":\"kk-1\"}");

        assertThat(kintsugi("tenant", "create", "acme")).isZero();
        assertThat(out()).startsWith("acme\nkey: kk-1\n").contains("shown this once");

        assertThat(kintsugi("tenant", "create", "acme", "--json")).isZero();
        assertThat(lastLine()).isEqualTo("{\"tenant\":\"acme\",\"api_key\":\"kk-1\"}");
        assertThat(kintsugi("tenant")).isEqualTo(2);
        assertThat(err()).contains("name a command: create or keys");
    }

    @Test
    void checksAGoodPlan() {
        assertThat(kintsugi("plan", "check", "plan.yaml")).isZero();
        assertThat(out()).isEqualTo("plan.yaml is a good plan: demo, 1 step\n");

        assertThat(kintsugi("plan", "check", "--json", "plan.yaml")).isZero();
        assertThat(lastLine())
                .isEqualTo("{\"inputs\":[],\"name\":\"demo\",\"steps\":1,\"warnings\":[]}");
        assertThat(kintsugi("plan")).isEqualTo(2);
        assertThat(err()).contains("name a command: check or schema");
        assertThat(server.asked).isEmpty();
    }

    @Test
    void saysWhatIsWrongInAPlanAsJsonToo() throws IOException {
        Files.writeString(
                directory.resolve("bad.yaml"), "plan: 1\nname: \"a\\e[2Jb\"\nsteps: []\n");

        assertThat(kintsugi("plan", "check", "--json", "bad.yaml")).isEqualTo(2);

        assertThat(err()).doesNotContain("\033").contains("bad.yaml has 2 mistakes");
        assertThat(lastLine())
                .isEqualTo(
                        "{\"error\":{\"exit_code\":2,\"message\":\"bad.yaml has 2 mistakes: nothing was"
                                + " run\",\"problems\":[\"bad.yaml:2:7: name: must be one line without"
                                + " control characters\",\"bad.yaml:3:8: steps: must have from 1 to"
                                + " 10,000 entries, had 0\"]}}");
    }

    @Test
    void printsTheSchemaOfPlans() {
        assertThat(kintsugi("plan", "schema")).isZero();

        assertThat(out()).startsWith("{").contains("\"title\": \"Kintsugi plan\"");
    }

    @Test
    void saysThatARunHasAlreadyEnded() {
        server.on("GET /api/v1/runs/run-1", 200, view("succeeded", ""))
                .on("POST /api/v1/runs/run-1/cancel", 202, view("succeeded", ""));

        assertThat(kintsugi("cancel", "run-1")).isZero();
        assertThat(out()).isEqualTo("run-1 has ended: succeeded\n");

        assertThat(kintsugi("cancel", "--json", "run-1")).isZero();
        assertThat(lastLine()).startsWith("{\"run\":\"run-1\",\"status\":\"succeeded\",");
    }

    @Test
    void handsOverToTheSimulationOfTheServer() throws IOException {
        assertThat(kintsugi("simulate")).isEqualTo(5);
        assertThat(err()).contains("there is no server at", "launcher script");

        pack("server/server.jar", Simulate.class);

        assertThat(kintsugi("simulate", "--exit", "7")).isEqualTo(7);
    }

    private void pack(String jar, Class<?> program) throws IOException {
        var path = directory.resolve(jar);
        Files.createDirectories(path.getParent());
        try (var out = new JarOutputStream(Files.newOutputStream(path))) {
            out.putNextEntry(new JarEntry(program.getName().replace('.', '/') + ".class"));
            try (var in = program.getResourceAsStream(program.getSimpleName() + ".class")) {
                Objects.requireNonNull(in).transferTo(out);
            }
        }
    }

    @Test
    void handsOverToTheMeasurements() throws IOException {
        assertThat(kintsugi("bench", "runs", "--quick")).isEqualTo(5);
        assertThat(err()).contains("there is no program at", "bench/benchmarks.jar", "launcher");

        assertThat(kintsugi("bench", "runs", "--fast")).isEqualTo(2);
        assertThat(kintsugi("bench", "calls", "--quick", "--json")).isEqualTo(5);
        assertThat(kintsugi("bench", "crash", "--kills", "8", "--json")).isEqualTo(5);
        assertThat(kintsugi("bench", "crash", "--kills", "many")).isEqualTo(2);

        pack("bench/benchmarks.jar", BenchCrash.class);

        assertThat(kintsugi("bench", "crash", "--kills", "8", "--seed", "3", "--json"))
                .isEqualTo(7);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "run",
                "up",
                "down",
                "plan",
                "plan check",
                "plan schema",
                "runs",
                "status",
                "timeline",
                "logs",
                "cancel",
                "approve",
                "resume",
                "tenant",
                "tenant create",
                "keys",
                "keys rotate",
                "bench",
                "bench runs",
                "settings",
                "settings set",
                "bench crash",
                "bench calls"
            })
    void explainsEachCommand(String command) {
        var args = new ArrayList<>(List.of(command.split(" ")));
        args.add("--help");

        assertThat(kintsugi(args.toArray(String[]::new))).isZero();

        assertThat(out()).startsWith("Usage: kintsugi " + command).contains("--help");
        assertThat(err()).isEmpty();
    }

    @Test
    void endsInJsonWhateverGoesWrong() {
        server.on("GET /api/v1/runs", 401, "{\"detail\":\"unknown key\"}");

        assertThat(kintsugi("runs", "--json")).isEqualTo(5);
        assertThat(lastLine())
                .startsWith("{\"error\":{\"exit_code\":5,\"message\":\"unknown key (401)");

        assertThat(kintsugi("runs", "--json", "--limit", "x")).isEqualTo(2);
        assertThat(lastLine())
                .startsWith("{\"error\":{\"exit_code\":2,\"message\":\"Invalid value");
    }
}
