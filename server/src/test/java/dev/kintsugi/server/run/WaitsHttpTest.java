package dev.kintsugi.server.run;

import static dev.kintsugi.server.run.RunHttp.assertProblem;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Locks and waits for other runs as a tenant's client meets them, with real steps. */
class WaitsHttpTest {
    private static RunHttp http;

    private static Gate gate;

    @BeforeAll
    static void start() throws IOException {
        http = RunHttp.start(Map.of());
        gate = new Gate();
    }

    @AfterAll
    static void stop() {
        gate.close();
        http.server().close();
    }

    /** Lets steps through that ask for a name once the name is opened. */
    private static final class Gate implements AutoCloseable {
        private final HttpServer server;
        private final Map<String, CountDownLatch> opened = new ConcurrentHashMap<>();

        Gate() throws IOException {
            server = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
            server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
            server.createContext(
                    "/",
                    exchange -> {
                        try {
                            latch(exchange.getRequestURI().getPath().substring(1)).await();
                        } catch (InterruptedException _) {
                            Thread.currentThread().interrupt();
                        }
                        exchange.sendResponseHeaders(204, -1);
                        exchange.close();
                    });
            server.start();
        }

        private CountDownLatch latch(String name) {
            return opened.computeIfAbsent(name, _ -> new CountDownLatch(1));
        }

        void open(String name) {
            latch(name).countDown();
        }

        @Override
        public void close() {
            opened.values().forEach(CountDownLatch::countDown);
            server.stop(0);
        }
    }

    /** The work of a step that ends when the name is opened. */
    private static String until(String name) {
        return "http: {url: 'http://127.0.0.1:%d/%s'}"
                .formatted(gate.server.getAddress().getPort(), name);
    }

    private String submit(String key, String steps) {
        var plan = "plan: 1\nname: %s\nsteps:\n%s".formatted(key, steps);
        var answer = http.submit(plan, "Idempotency-Key", key);
        assertThat(answer.status()).as(answer.text()).isEqualTo(201);
        return answer.json().path("run").asString();
    }

    @Test
    void aStepWaitsForTheLockOfAnotherRunAndEverybodySeesIt() {
        var first = http.run("  - {id: a, locks: [db], " + until("go") + "}\n");
        await().until(() -> stepStatus(first).equals("running"));
        var second = http.run("  - {id: b, locks: [db], exec: 'true'}\n");

        var waiting = http.reached(second, "waiting");
        assertThat(waiting.path("waiting_for").asString()).isEqualTo("lock");
        assertThat(waiting.path("steps").path(0).path("status").asString()).isEqualTo("waiting");
        assertThat(waiting.path("steps").path(0).path("waits_for").asString())
                .startsWith("lock db, which run %s has or gets first since".formatted(first));
        assertThat(http.timeline(second).toString())
                .contains("waits for lock db, before it: run " + first);
        var graph = http.get("/api/v1/waits").json();
        assertThat(graph.path("holds").path(0).path("run").asString()).isEqualTo(first);
        assertThat(graph.path("waits").path(0).path("run").asString()).isEqualTo(second);
        gate.open("go");

        assertThat(http.ended(first).path("status").asString()).isEqualTo("succeeded");
        assertThat(http.ended(second).path("status").asString()).isEqualTo("succeeded");
        assertThat(http.get("/api/v1/waits").json().path("holds").size()).isZero();
        assertThat(http.server().send(http.server().to("/metrics")).text())
                .contains("kintsugi_waiting_steps{for=\"lock\"}", "kintsugi_wait_seconds_count");
    }

    @Test
    void anotherTenantHasLocksOfItsOwnAndSeesNoneOfThese() {
        var other = http.as("lock-neighbour");
        var first = http.run("  - {id: a, locks: [own], " + until("end") + "}\n");
        await().until(() -> stepStatus(first).equals("running"));

        var graph = other.get("/api/v1/waits").json();
        var plan = "plan: 1\nname: x\nsteps:\n  - {id: a, exec: 'true', needsRun: [%s]}\n";
        var refused = other.submit(plan.formatted(first));
        var missing = other.submit(plan.formatted("r-none"));
        gate.open("end");

        assertThat(graph.path("holds").size()).isZero();
        assertProblem(refused, 400, "bad_input");
        assertThat(refused.text().replace(first, "r-none")).isEqualTo(missing.text());
        http.ended(first);
    }

    @Test
    void aStepWaitsForARunThatIsSubmittedLater() {
        var second = submit("late-2", "  - {id: b, needsRun: [{key: late-1}], exec: 'true'}\n");
        assertThat(http.reached(second, "waiting").path("waiting_for").asString()).isEqualTo("run");

        var first = submit("late-1", "  - {id: a, exec: 'true'}\n");

        assertThat(http.ended(first).path("status").asString()).isEqualTo("succeeded");
        assertThat(http.ended(second).path("status").asString()).isEqualTo("succeeded");
    }

    @Test
    void aSubmissionThatClosesACycleIsRefusedWithItsPath() {
        var a = submit("cycle-a", "  - {id: a, needsRun: [{key: cycle-b}], exec: 'true'}\n");
        var b = submit("cycle-b2", "  - {id: b, needsRun: [%s], exec: 'true'}\n".formatted(a));

        var closing =
                http.submit(
                        "plan: 1\nname: c\nsteps:\n  - {id: c, needsRun: [%s], exec: 'true'}\n"
                                .formatted(b),
                        "Idempotency-Key",
                        "cycle-b");
        var itself =
                http.submit(
                        "plan: 1\nname: c\nsteps:\n  - {id: c, needsRun: [{key: me}], exec: 'true'}\n",
                        "Idempotency-Key",
                        "me");

        assertProblem(closing, 400, "bad_input");
        assertThat(closing.text())
                .contains("cycle: key cycle-b -> run %s -> run %s -> key cycle-b".formatted(b, a));
        assertProblem(itself, 400, "bad_input");
        assertThat(itself.text()).contains("cycle: key me -> key me");
        http.post("/api/v1/runs/%s/cancel".formatted(a), "{}");
        assertThat(http.ended(b).path("reason").asString()).contains("has ended cancelled");
    }

    @Test
    void runsThatWaitForEachOtherLoseTheYoungestWithin30Seconds() {
        var steps =
                """
                  - {id: take, exec: 'true', locks: [{name: %s, keep: true}]}
                  - {id: meet, needs: [take], %s}
                  - {id: want, needs: [meet], exec: 'true', locks: [%s]}
                """;
        var older = http.run(steps.formatted("left", until("meet"), "right"));
        var younger = http.run(steps.formatted("right", until("meet"), "left"));
        await().until(() -> http.get("/api/v1/waits").json().path("holds").size() == 2);

        gate.open("meet");

        await().atMost(Duration.ofSeconds(30))
                .until(() -> http.view(younger).path("status").asString().equals("failed"));
        assertThat(http.view(younger).path("reason").asString())
                .contains("deadlock: ", "lock left of run " + older, "the youngest");
        assertThat(http.ended(older).path("status").asString()).isEqualTo("succeeded");
    }

    private static String stepStatus(String run) {
        return http.view(run).path("steps").path(0).path("status").asString();
    }
}
