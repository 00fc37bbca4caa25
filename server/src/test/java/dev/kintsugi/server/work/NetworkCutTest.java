package dev.kintsugi.server.work;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.kintsugi.client.api.KintsugiClient;
import dev.kintsugi.client.api.Submission;
import dev.kintsugi.client.event.RunStatus;
import dev.kintsugi.client.run.RunView;
import dev.kintsugi.client.worker.AgentCall;
import dev.kintsugi.client.worker.AgentWorker;
import dev.kintsugi.server.app.TestServer;
import dev.kintsugi.server.queue.TaskQueue;
import java.net.URI;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * The network between a worker and the server is cut while work is done, all cuts at the same time.
 * {@code -Dkintsugi.cuts=10,40,300} gives their lengths in seconds.
 */
class NetworkCutTest {
    private static final Duration SLACK = Duration.ofSeconds(45);
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
    void aCutEndsWellHoweverLongItIs() throws Exception {
        var lengths = System.getProperty("kintsugi.cuts", "10,40").split(",");

        try (var each = Executors.newVirtualThreadPerTaskExecutor()) {
            var cuts =
                    Arrays.stream(lengths)
                            .map(length -> Duration.ofSeconds(Long.parseLong(length)))
                            .<Future<?>>map(length -> each.submit(() -> new Cut(length).live()))
                            .toList();
            for (var cut : cuts) {
                cut.get();
            }
        }
    }

    /** One worker behind a network that is cut, and one that takes over when it must. */
    private static final class Cut {
        private final Duration length;
        private final String agent;
        private final AtomicInteger calls = new AtomicInteger();
        private final AtomicInteger stopped = new AtomicInteger();
        private final AtomicInteger takenOver = new AtomicInteger();
        private final CountDownLatch begun = new CountDownLatch(1);
        private final CountDownLatch mended = new CountDownLatch(1);

        Cut(Duration length) {
            this.length = length;
            agent = "cut-" + length.toSeconds();
        }

        Void live() throws Exception {
            try (var network = TcpProxy.to(server.port());
                    var _ =
                            AgentWorker.on(network.address(), server.key())
                                    .id("far-" + agent)
                                    .offer(agent, this::work)
                                    .offer(agent + "-later", _ -> null)
                                    .start()) {
                var run = submit("{id: ask, agent: %s}".formatted(agent));
                assertThat(begun.await(30, TimeUnit.SECONDS)).isTrue();
                try (var _ =
                        AgentWorker.on(address, server.key())
                                .id("near-" + agent)
                                .offer(agent, _ -> by("near", takenOver))
                                .start()) {
                    network.cut();
                    assertThat(
                                    new CountDownLatch(1)
                                            .await(length.toMillis(), TimeUnit.MILLISECONDS))
                            .isFalse();
                    network.mend();
                    mended.countDown();

                    var ended = ended(run);
                    assertThat(ended.status())
                            .as(String.valueOf(ended.reason()))
                            .isEqualTo(RunStatus.SUCCEEDED);
                    assertThat(ended.attempts()).isZero();
                    workWasDoneOnce();
                }
                // The worker is there again.
                var later = submit("{id: ask, agent: %s-later}".formatted(agent));
                assertThat(ended(later).status()).isEqualTo(RunStatus.SUCCEEDED);
            }
            return null;
        }

        private void workWasDoneOnce() {
            assertThat(calls).hasValue(1);
            if (length.compareTo(TaskQueue.LEASE) < 0) {
                assertThat(takenOver).hasValue(0);
                assertThat(stopped).hasValue(0);
            } else {
                assertThat(takenOver).hasValue(1);
                assertThat(stopped).hasValue(1);
            }
        }

        private Object work(AgentCall call) throws InterruptedException {
            begun.countDown();
            try {
                calls.incrementAndGet();
                mended.await();
                return Map.of("by", "far");
            } catch (InterruptedException e) {
                stopped.incrementAndGet();
                throw e;
            }
        }

        private static Object by(String name, AtomicInteger count) {
            count.incrementAndGet();
            return Map.of("by", name);
        }

        private static String submit(String step) {
            return client.submit(Submission.of("plan: 1\nname: cut\nsteps: [%s]\n".formatted(step)))
                    .run();
        }

        private static RunView ended(String run) {
            return await().atMost(TaskQueue.LEASE.multipliedBy(2).plus(SLACK))
                    .until(() -> client.run(run), view -> view.status().isFinal());
        }
    }
}
