package dev.kintsugi.server.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.kintsugi.client.api.ApiException;
import dev.kintsugi.client.api.KintsugiClient;
import dev.kintsugi.client.api.Submission;
import dev.kintsugi.client.event.RunStatus;
import dev.kintsugi.client.worker.AgentWorker;
import dev.kintsugi.server.platform.TestDatabase;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.context.ConfigurableApplicationContext;

/** Two servers on one database, each stopped and started again while runs come in. */
class RollingRestartTest {
    private static final Duration PATIENCE = Duration.ofMinutes(3);
    private static final int RUNS_BETWEEN_RESTARTS = 6;
    private static final String PLAN =
            """
            plan: 1
            name: rolling
            steps:
              - {id: one, agent: count}
              - {id: two, agent: count, needs: [one]}
              - {id: three, agent: count, needs: [two]}
            """;

    @TempDir Path folder;

    /** How often each call was made, by its idempotency key. */
    private final Map<String, Integer> calls = new ConcurrentHashMap<>();

    private final List<String> submitted = new ArrayList<>();
    private final AtomicInteger handedIn = new AtomicInteger();

    @Test
    void nothingIsLostOrDoneTwice() throws Exception {
        try (var database = TestDatabase.fresh();
                var left = new Server(database, folder.resolve("left"));
                var right = new Server(database, folder.resolve("right"));
                var workers = new Workers(left, right);
                var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var going = new AtomicBoolean(true);
            var load = threads.submit(() -> load(going, left, right));

            moreRuns();
            left.restart();
            moreRuns();
            right.restart();
            moreRuns();
            going.set(false);
            load.get();

            allSucceed(left);
            assertThat(workers.count()).isEqualTo(2);
        }
    }

    /** One run after the other, by the server that answers, under a key so that none is doubled. */
    private void load(AtomicBoolean going, Server left, Server right) {
        for (int i = 0; going.get(); i++) {
            var submission = Submission.of(PLAN).once("rolling-" + i);
            var first = i % 2 == 0 ? left : right;
            var second = i % 2 == 0 ? right : left;
            var run =
                    await().atMost(PATIENCE)
                            .until(() -> taken(submission, first, second), id -> !id.isEmpty());
            synchronized (submitted) {
                submitted.add(run);
            }
            handedIn.incrementAndGet();
        }
    }

    private static String taken(Submission submission, Server... servers) {
        for (var server : servers) {
            try (var client = server.client()) {
                return client.submit(submission).run();
            } catch (ApiException e) {
                // it is being restarted: the next, under the same key
                assertThat(e).hasMessageNotContaining("Idempotency-Key");
            }
        }
        return "";
    }

    private void moreRuns() {
        int until = handedIn.get() + RUNS_BETWEEN_RESTARTS;
        await().atMost(PATIENCE).until(() -> handedIn.get() >= until);
    }

    private void allSucceed(Server server) {
        try (var client = server.client()) {
            for (var run : submitted) {
                var ended =
                        await().atMost(PATIENCE)
                                .until(() -> client.run(run), view -> view.status().isFinal());
                assertThat(ended.status()).as(run).isEqualTo(RunStatus.SUCCEEDED);
                assertThat(client.verify(run).problem()).as(run).isNull();
            }
        }
        assertThat(submitted).doesNotHaveDuplicates();
        assertThat(calls).hasSize(3 * submitted.size());
        assertThat(calls.values()).containsOnly(1);
    }

    /** A worker at each server, which live on while their servers do not. */
    private final class Workers implements AutoCloseable {
        private final List<AgentWorker> workers = new ArrayList<>();

        Workers(Server... servers) throws IOException {
            for (var server : servers) {
                workers.add(
                        AgentWorker.on(server.uri(), server.key())
                                .id("worker-" + workers.size())
                                .offer(
                                        "count",
                                        call -> {
                                            calls.merge(call.idempotencyKey(), 1, Integer::sum);
                                            return null;
                                        })
                                .start());
            }
        }

        int count() {
            return workers.size();
        }

        @Override
        public void close() {
            workers.forEach(AgentWorker::close);
        }
    }

    /** A server that keeps its home and its port when it is started again. */
    private static final class Server implements AutoCloseable {
        private final Map<String, String> environment = new HashMap<>();
        private final Path home;
        private ConfigurableApplicationContext context;

        Server(TestDatabase database, Path home) {
            this.home = home;
            var owner = database.owner();
            environment.putAll(
                    Map.of(
                            "KINTSUGI_HOME", home.toString(),
                            "KINTSUGI_PORT", "0",
                            "KINTSUGI_DB_URL", owner.url(),
                            "KINTSUGI_DB_USER", owner.user(),
                            "KINTSUGI_DB_PASSWORD", owner.password(),
                            "KINTSUGI_CHAIN_KEY", "5a".repeat(32)));
            context = KintsugiServer.start(environment);
            environment.put("KINTSUGI_PORT", String.valueOf(uri().getPort()));
        }

        void restart() {
            context.close();
            context = KintsugiServer.start(environment);
        }

        URI uri() {
            var port =
                    context.getEnvironment()
                            .getRequiredProperty("local.server.port", Integer.class);
            return URI.create("http://127.0.0.1:" + port);
        }

        String key() throws IOException {
            return Files.readString(home.resolve("api-key")).strip();
        }

        KintsugiClient client() {
            try {
                return KintsugiClient.of(
                        URI.create("http://127.0.0.1:" + environment.get("KINTSUGI_PORT")), key());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        @Override
        public void close() {
            context.close();
        }
    }
}
