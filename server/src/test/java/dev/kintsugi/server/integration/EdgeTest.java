package dev.kintsugi.server.integration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.awaitility.Awaitility.await;

import dev.kintsugi.healing.HealthStatus;
import dev.kintsugi.healing.Rejection;
import dev.kintsugi.healing.call.CallRejected;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.hc.core5.http.ConnectionRequestTimeoutException;
import org.junit.jupiter.api.Test;

class EdgeTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final String BUSY =
            "HTTP/1.1 503 Service Unavailable\r\nRetry-After: 1\r\nContent-Length: 9\r\n\r\nbe gentle";

    @Test
    void keepsTheLeastConnectionsOpenBeforeTheyAreNeeded() {
        try (var platform = StubPlatform.answering(_ -> StubPlatform.OK);
                var edge = edge(platform, new PoolLimits(5, 20, PATIENCE))) {

            await().until(() -> edge.connections().equals(new PoolUse(0, 5, 0)));

            assertThat(platform.connections).hasValue(5);
            assertThat(platform.requests).isEmpty();
        }
    }

    @Test
    void usesTheConnectionsThatAreOpen() throws IOException {
        try (var platform = StubPlatform.answering(_ -> StubPlatform.OK);
                var edge = edge(platform, new PoolLimits(2, 20, PATIENCE))) {
            await().until(() -> edge.connections().idle() == 2);

            for (int i = 0; i < 10; i++) {
                assertThat(edge.exchange(Request.get("/")).body()).isEqualTo("gold");
            }

            assertThat(platform.connections).hasValue(2);
        }
    }

    @Test
    void neverOpensMoreThanTheMostAndRejectsWhoWouldWaitBehindTooMany() {
        try (var platform = StubPlatform.hanging();
                var edge = edge(platform, new PoolLimits(0, 3, PATIENCE))) {
            for (int i = 0; i < 6; i++) {
                Thread.ofVirtual().start(() -> ask(edge));
            }
            await().until(() -> edge.connections().equals(new PoolUse(3, 0, 3)));

            assertThatExceptionOfType(CallRejected.class)
                    .isThrownBy(() -> edge.exchange(Request.post("/", "{}")))
                    .satisfies(it -> assertThat(it.reason()).isEqualTo(Rejection.BULKHEAD_FULL));
            assertThat(platform.connections).hasValue(3);
        }
    }

    @Test
    void waitsForAConnectionNoLongerThanItsPatience() {
        try (var platform = StubPlatform.hanging();
                var edge = edge(platform, new PoolLimits(0, 1, Duration.ofMillis(20)))) {
            Thread.ofVirtual().start(() -> ask(edge));
            await().until(() -> edge.connections().leased() == 1);

            assertThatExceptionOfType(ConnectionRequestTimeoutException.class)
                    .isThrownBy(() -> edge.exchange(Request.post("/", "{}")));
        }
    }

    @Test
    void repeatsWhatDoesNoHarmAndNothingElse() throws IOException {
        var failures = new AtomicInteger(3);
        try (var platform =
                        StubPlatform.answering(
                                _ -> failures.getAndDecrement() > 0 ? BUSY : StubPlatform.OK);
                var edge = edge(platform, new PoolLimits(0, 5, PATIENCE))) {

            assertThat(edge.exchange(Request.get("/user")).body()).isEqualTo("gold");
            assertThat(platform.requests).hasSize(Edge.ATTEMPTS);

            failures.set(1);
            assertThatExceptionOfType(PlatformRefused.class)
                    .isThrownBy(() -> edge.exchange(Request.post("/issues", "{}")))
                    .withMessage("github answered 503 to POST /issues: be gentle")
                    .satisfies(it -> assertThat(it.headers()).containsEntry("retry-after", "1"));
            assertThat(platform.requests).hasSize(Edge.ATTEMPTS + 1);
        }
    }

    @Test
    void sendsCredentialsAndDoesNotShowThem() throws IOException {
        try (var platform = StubPlatform.answering(_ -> StubPlatform.OK);
                var edge = edge(platform, new PoolLimits(0, 5, PATIENCE))) {
            Request request = Request.get("/user").header("Authorization", "Bearer ghp_x");

            edge.exchange(request);

            assertThat(platform.requests.peek()).contains("Authorization: Bearer ghp_x");
            assertThat(request.toString()).isEqualTo("GET /user");
        }
    }

    @Test
    void letsAPlatformMakeCallsOfItsOwn() throws IOException {
        try (var stub = StubPlatform.answering(_ -> StubPlatform.OK);
                var edge = edge(stub, new PoolLimits(0, 5, PATIENCE))) {
            var platform = new Github(edge);
            var calls = new AtomicInteger();

            String answer =
                    platform.execute(() -> {
                        if (calls.getAndIncrement() == 0) {
                            throw new IOException("Connection reset");
                        }
                        return "gold";
                    });

            assertThat(answer).isEqualTo("gold");
            assertThat(platform.authenticate()).isTrue();
            assertThat(platform.healthCheck()).isEqualTo(HealthStatus.HEALTHY);
        }
    }

    private record Github(Edge edge) implements Platform {
        @Override
        public boolean authenticate() throws IOException {
            return edge.exchange(Request.get("/user")).status() == 200;
        }

        @Override
        public HealthStatus healthCheck() {
            try {
                edge.exchange(Request.get("/"));
                return HealthStatus.HEALTHY;
            } catch (IOException _) {
                return HealthStatus.CRITICAL;
            }
        }
    }

    @Test
    void refusesLimitsThatMakeNoSense() {
        assertThat(PoolLimits.parse("5-20", PATIENCE)).isEqualTo(new PoolLimits(5, 20, PATIENCE));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> PoolLimits.parse("20-5", PATIENCE))
                .withMessage("min must be in [0, 5], was 20");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> PoolLimits.parse("many", PATIENCE))
                .withMessage("must be two numbers such as 5-20, was many");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new PoolLimits(0, 1, Duration.ZERO))
                .withMessage("patience must be in [1 ms, 10 min], was PT0S");
    }

    @Test
    void knowsThePlatformsThereAre() {
        try (var platform = StubPlatform.hanging();
                var edges = new Edges(limits(), Waits::none, Waits.FOR_EVER)) {

            assertThat(edges.to("github", platform.address()))
                    .isSameAs(edges.to("github", platform.address()));
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> edges.to("gitlab", platform.address()))
                    .withMessage("platform must be one of [github], was gitlab");
        }
    }

    /** Two tenants with a GitHub of their own each. */
    @Test
    void sendsNobodysTokenToAnothersHost() throws IOException {
        try (var acme = StubPlatform.answering(_ -> StubPlatform.OK);
                var globex = StubPlatform.answering(_ -> StubPlatform.OK);
                var edges = new Edges(limits(), Waits::none, Waits.FOR_EVER)) {
            edges.to("github", acme.address())
                    .exchange(Request.get("/user").header("Authorization", "Bearer of-acme"));
            edges.to("github", globex.address())
                    .exchange(Request.get("/user").header("Authorization", "Bearer of-globex"));

            assertThat(acme.requests).singleElement().asString().contains("of-acme");
            assertThat(globex.requests).singleElement().asString().contains("of-globex");
        }
    }

    @Test
    void sparesADeadHostAndNoOther() throws IOException {
        try (var dead = StubPlatform.answering(_ -> BUSY);
                var well = StubPlatform.answering(_ -> StubPlatform.OK);
                var edges = new Edges(limits(), Waits::none, Waits.FOR_EVER)) {
            for (int call = 0; call < 6; call++) {
                ask(edges.to("github", dead.address()));
            }

            assertThatExceptionOfType(CallRejected.class)
                    .isThrownBy(() -> edges.to("github", dead.address()).exchange(Request.get("/")))
                    .satisfies(it -> assertThat(it.reason()).isEqualTo(Rejection.BREAKER_OPEN));
            assertThat(edges.to("github", well.address()).exchange(Request.get("/")).status())
                    .isEqualTo(200);
        }
    }

    @Test
    void takesAnAddressHoweverItIsWrittenAndNotTooMany() {
        try (var edges = new Edges(limits(), Waits::none, Waits.FOR_EVER)) {
            Edge first = edges.to("github", URI.create("https://GHE.acme.example/api/v3/"));

            assertThat(edges.to("github", URI.create("HTTPS://ghe.acme.example:443/api/v3")))
                    .isSameAs(first);
            assertThat(edges.to("github", URI.create("https://ghe.acme.example/api/v4")))
                    .isNotSameAs(first);
            for (int i = 2; i < Edges.MOST_ADDRESSES; i++) {
                edges.to("github", URI.create("https://ghe.acme.example/" + i));
            }
            assertThatIllegalStateException()
                    .isThrownBy(() -> edges.to("github", URI.create("https://late.example")))
                    .withMessage("github has 100 addresses already");
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> edges.to("github", URI.create("https://ghp_x@acme.example")))
                    .withMessageNotContaining("ghp_x");
        }
    }

    private static TreeMap<String, PoolLimits> limits() {
        var limits = new TreeMap<String, PoolLimits>();
        limits.put("github", new PoolLimits(0, 2, PATIENCE));
        return limits;
    }

    private static Edge edge(StubPlatform platform, PoolLimits limits) {
        return new Edge(
                "github",
                Address.of(platform.address()),
                limits,
                Waits.none("github"),
                Waits.FOR_EVER);
    }

    private static void ask(Edge edge) {
        try {
            edge.exchange(Request.post("/", "{}"));
        } catch (IOException | RuntimeException _) {
            // it hangs until the test is over
        }
    }
}
