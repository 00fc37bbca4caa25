package dev.kintsugi.server.work;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import dev.kintsugi.client.api.ApiException;
import dev.kintsugi.client.api.KintsugiClient;
import dev.kintsugi.client.api.Submission;
import dev.kintsugi.client.event.RunStatus;
import dev.kintsugi.client.run.RunView;
import dev.kintsugi.client.worker.AgentWorker;
import dev.kintsugi.server.app.TestServer;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Agents by the library, and the one of the examples. */
class AgentsTest {
    private static final Duration PATIENCE = Duration.ofMinutes(1);
    private static TestServer server;
    private static URI address;
    private static KintsugiClient client;

    @BeforeAll
    static void begin() {
        server = TestServer.start(Map.of("FEATURE_META_V4_ENABLED", "true"));
        address = URI.create("http://127.0.0.1:" + server.port());
        client = KintsugiClient.of(address, server.key());
    }

    @AfterAll
    static void end() {
        client.close();
        server.close();
    }

    @Test
    void aFunctionIsCalledWithItsInputAndHealedWhenItThrows() {
        var calls = new AtomicInteger();
        try (var _ =
                AgentWorker.on(address, server.key())
                        .id("doubler-1")
                        .offer(
                                "doubler",
                                call -> {
                                    call.log("doubling");
                                    call.spent("0.10");
                                    if (calls.incrementAndGet() == 1) {
                                        throw new IOException("Connection reset by peer");
                                    }
                                    return Map.of("n", call.input().path("n").asInt() * 2);
                                })
                        .start()) {

            var ended =
                    ended(
                            submit(
                                    """
                                    - {id: ask, agent: doubler, input: {n: 21}}
                                    - {id: check, exec: 'test "${steps.ask.output.n}" = 42', needs: [ask]}
                                    """));

            assertThat(ended.status())
                    .as(String.valueOf(ended.reason()))
                    .isEqualTo(RunStatus.SUCCEEDED);
            assertThat(ended.phases().retry()).isEqualTo(1);
            assertThat(ended.costUsd()).isEqualTo("0.20");
            assertThat(client.workers())
                    .filteredOn(worker -> worker.worker().equals("doubler-1"))
                    .singleElement()
                    .satisfies(worker -> assertThat(worker.agents()).containsExactly("doubler"));
        }
    }

    @Test
    void aWorkerThatStopsGivesItsCallToAnother() throws Exception {
        var begun = new CountDownLatch(1);
        var interrupted = new CountDownLatch(1);
        var run = "";
        try (var _ =
                AgentWorker.on(address, server.key())
                        .id("leaver")
                        .offer(
                                "slow",
                                _ -> {
                                    begun.countDown();
                                    try {
                                        new CountDownLatch(1).await();
                                    } catch (InterruptedException e) {
                                        interrupted.countDown();
                                        throw e;
                                    }
                                    return null;
                                })
                        .start()) {
            run = submit("- {id: ask, agent: slow}");
            assertThat(begun.await(30, TimeUnit.SECONDS)).isTrue();
        }

        assertThat(interrupted.await(10, TimeUnit.SECONDS)).isTrue();
        try (var _ =
                AgentWorker.on(address, server.key())
                        .id("stayer")
                        .offer("slow", _ -> null)
                        .start()) {
            assertThat(ended(run).status()).isEqualTo(RunStatus.SUCCEEDED);
            assertThat(ended(run).attempts()).isZero();
        }
    }

    @Test
    void aKeyThatIsNotForWorkIsRefusedAtOnce() {
        var builder = AgentWorker.on(address, "kin_wrong").offer("any", _ -> null);

        assertThatThrownBy(builder::start)
                .isInstanceOf(ApiException.class)
                .hasFieldOrPropertyWithValue("status", 401);
    }

    @Test
    void theExampleInPythonWorksAsItsReadmeSays() throws Exception {
        var python = Path.of("/usr/bin/python3");
        assumeThat(Files.isExecutable(python) || System.getenv("CI") != null)
                .as("python3")
                .isTrue();
        var example = Path.of("..", "examples", "agents").toRealPath();
        var builder =
                new ProcessBuilder(python.toString(), example.resolve("reviewer.py").toString());
        builder.environment().put("KINTSUGI_SERVER", address.toString());
        builder.environment().put("KINTSUGI_API_KEY", server.key());
        var process = builder.inheritIO().start();
        try {

            var run =
                    client.submit(Submission.of(Files.readString(example.resolve("plan.yaml"))))
                            .run();

            var ended = ended(run);
            assertThat(ended.status())
                    .as(String.valueOf(ended.reason()))
                    .isEqualTo(RunStatus.SUCCEEDED);
        } finally {
            process.destroy();
            process.waitFor();
        }
        assertThat(Files.readAllLines(example.resolve("reviewer.py"))).hasSizeLessThanOrEqualTo(40);
    }

    private static String submit(String steps) {
        return client.submit(Submission.of("plan: 1\nname: agents\nsteps:\n" + steps.indent(2)))
                .run();
    }

    private static RunView ended(String run) {
        return await().atMost(PATIENCE)
                .until(() -> client.run(run), view -> view.status().isFinal());
    }
}
