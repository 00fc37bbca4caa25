package dev.kintsugi.server.integration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

/**
 * A platform that accepts connections and never answers, beside one that is well. Rounds with and
 * without the hang alternate, so that whatever else the machine does is in both. That can only add
 * to what a round takes, so of the rounds' 95th percentiles the lower quartiles are compared.
 */
class HungPlatformTest {
    private static final int ROUNDS = 15;
    private static final int MOST_ROUNDS = 60;
    private static final int CALLS = 40;
    private static final double MOST = 1.05;

    /** What a platform far away takes: noise of this machine is small beside it. */
    private static final Duration ANSWER = Duration.ofMillis(10);

    private static final PoolLimits GITHUB = new PoolLimits(5, 20, Duration.ofSeconds(30));
    private static final PoolLimits LINEAR = new PoolLimits(3, 15, Duration.ofSeconds(30));

    @Test
    void doesNotSlowTheOthers() throws IOException {
        try (var linear = StubPlatform.answering(_ -> answer());
                var edge = edge("linear", linear, LINEAR)) {
            round(edge); // before compilers have seen it
            List<Double> alone = new ArrayList<>();
            List<Double> beside = new ArrayList<>();
            // what else the machine does only ever adds: with more rounds it matters less
            for (int i = 0;
                    i < ROUNDS || i < MOST_ROUNDS && quartile(beside) / quartile(alone) >= MOST;
                    i++) {
                alone.add(round(edge));
                beside.add(besideAHang(edge));
            }

            assertThat(quartile(beside) / quartile(alone))
                    .as("95th percentiles: alone %s, beside a hang %s", alone, beside)
                    .isLessThan(MOST);
        }
    }

    private static double besideAHang(Edge linear) throws IOException {
        try (var github = StubPlatform.hanging();
                var edge = edge("github", github, GITHUB)) {
            for (int i = 0; i < 2 * GITHUB.max(); i++) {
                Thread.ofVirtual().start(() -> hang(edge));
            }
            await().until(() -> edge.connections().equals(new PoolUse(20, 0, 20)));

            double percentile = round(linear);

            assertThat(edge.connections()).isEqualTo(new PoolUse(20, 0, 20));
            return percentile;
        }
    }

    /** The 95th percentile of some calls, in milliseconds. */
    private static double round(Edge edge) throws IOException {
        double[] millis = new double[CALLS];
        for (int i = 0; i < CALLS; i++) {
            long began = System.nanoTime();
            edge.exchange(Request.get("/"));
            millis[i] = (System.nanoTime() - began) / 1e6;
        }
        Arrays.sort(millis);
        return millis[(int) Math.ceil(0.95 * CALLS) - 1];
    }

    private static Edge edge(String name, StubPlatform platform, PoolLimits limits) {
        return new Edge(
                name, Address.of(platform.address()), limits, Waits.none(name), Waits.FOR_EVER);
    }

    private static String answer() {
        LockSupport.parkNanos(ANSWER.toNanos());
        return StubPlatform.OK;
    }

    private static void hang(Edge edge) {
        try {
            edge.exchange(Request.post("/", "{}"));
        } catch (IOException | RuntimeException _) {
            // it hangs until the round is over
        }
    }

    private static double quartile(List<Double> values) {
        return values.stream().sorted().skip(values.size() / 4).findFirst().orElseThrow();
    }
}
