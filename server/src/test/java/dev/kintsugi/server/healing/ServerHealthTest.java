package dev.kintsugi.server.healing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kintsugi.client.healing.ComponentHealthView;
import dev.kintsugi.healing.DegradationLevel;
import dev.kintsugi.healing.HealthStatus;
import dev.kintsugi.healing.breaker.BreakerState;
import dev.kintsugi.healing.breaker.BreakerStore;
import dev.kintsugi.healing.health.HealthCheck.Answer;
import dev.kintsugi.healing.time.TimeAndChance;
import dev.kintsugi.server.integration.Edges;
import dev.kintsugi.server.integration.PoolLimits;
import dev.kintsugi.server.integration.TwoLevelCache;
import dev.kintsugi.server.observe.Webhook;
import dev.kintsugi.server.platform.TestDatabase;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.net.ConnectException;
import java.net.URI;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ServerHealthTest {
    private long nanos;
    private HealthStatus disk = HealthStatus.HEALTHY;
    private HealthStatus queue = HealthStatus.HEALTHY;
    private HealthStatus database = HealthStatus.HEALTHY;
    private final ServerHealth health =
            new ServerHealth(
                    List.of(
                            new OwnComponent("disk", () -> new Answer(disk, "disk")),
                            new OwnComponent("queue", () -> new Answer(queue, "queue")),
                            new OwnComponent("database", () -> new Answer(database, "database"))),
                    _ -> {},
                    BreakerStore.none(),
                    time());

    @Test
    void offersEverythingWhileAllIsWell() {
        round();

        assertThat(health.mayWrite()).isTrue();
        assertThat(health.mayMoveHistory()).isTrue();
        assertThat(health.view().level()).isEqualTo(DegradationLevel.FULL);
    }

    @Test
    void letsEndedRunsLieWithOneComponentIll() {
        disk = HealthStatus.CRITICAL;
        round();

        assertThat(health.mayMoveHistory()).isFalse();
        assertThat(health.mayBeginRuns()).isTrue();
        assertThat(health.mayWrite()).isTrue();
    }

    @Test
    void beginsNoRunsWithTwoIll() {
        disk = HealthStatus.CRITICAL;
        queue = HealthStatus.UNHEALTHY;
        round();

        assertThat(health.mayBeginRuns()).isFalse();
        assertThat(health.mayWrite()).isTrue();
        assertThat(health.view().features()).containsEntry("new-runs", false);
    }

    @Test
    void onlyReadsWithThreeIllUntilTheyAreWellForLong() {
        disk = HealthStatus.CRITICAL;
        queue = HealthStatus.UNHEALTHY;
        database = HealthStatus.CRITICAL;
        round();
        assertThat(health.mayWrite()).isFalse();

        disk = HealthStatus.HEALTHY;
        queue = HealthStatus.HEALTHY;
        database = HealthStatus.HEALTHY;
        int rounds = 0;
        while (!health.mayWrite() && rounds < 100) {
            round();
            rounds++;
        }

        // three checks for the components, of which the third counts for the level as well
        assertThat(rounds).isEqualTo(5);
        assertThat(health.view().level()).isEqualTo(DegradationLevel.FULL);
    }

    @Test
    void keepsTheHealthOfWhatItCallsButDoesNotOfferLessForIt() {
        var webhook = health.recovery("webhook");
        for (int call = 0; call < 30; call++) {
            assertThatThrownBy(() ->
                            webhook.call(() -> {
                                throw new ConnectException("planted");
                            }))
                    .isInstanceOf(ConnectException.class);
        }
        round();

        assertThat(ill(health)).isEqualTo("webhook");
        assertThat(health.view().level()).isEqualTo(DegradationLevel.FULL);
    }

    /** Of two, the one that nobody calls would save its closed state over the other's. */
    @Test
    void keepsOneBreakerOfEachComponentThatItCalls() {
        var loaded = new ArrayList<String>();
        var breakers =
                new BreakerStore() {
                    @Override
                    public BreakerState load(String component) {
                        loaded.add(component);
                        return BreakerState.closed();
                    }

                    @Override
                    public Votes save(String component, BreakerState state) {
                        return new Votes(1, List.of());
                    }
                };
        var own = new ServerHealth(List.of(), _ -> {}, breakers, time());
        var limits = new TreeMap<String, PoolLimits>();
        limits.put("github", new PoolLimits(0, 1, Duration.ofSeconds(1)));

        try (var edges = new Edges(limits, own::recovery, TimeAndChance.real().pause());
                var cache =
                        TwoLevelCache.of(
                                "redis://127.0.0.1:1", own::recovery, new SimpleMeterRegistry());
                var webhook = new Webhook("http://localhost", "", own.recovery("webhook"))) {
            var edge = edges.to("github", URI.create("http://127.0.0.1:1"));

            assertThat(loaded).containsExactly("redis", "webhook", "github http://127.0.0.1:1");
            assertThat(cache).isNotNull();
            assertThat(webhook.recovery().circuitBreaker()).isPresent();
            assertThat(edge.recovery().circuitBreaker()).isPresent();
        }
    }

    @Test
    void tellsTenantsNeitherItsInsideNorOfAnothersCalls() {
        var ill =
                new OwnComponent(
                        "database",
                        () -> {
                            throw new IllegalStateException("Connection to 10.0.3.7 refused");
                        });
        var own = new ServerHealth(List.of(ill), _ -> {}, BreakerStore.none(), time());
        var github = own.recovery("github");
        for (int call = 0; call < 25; call++) {
            assertThatThrownBy(() ->
                            github.call(() -> {
                                throw new ConnectException("GET /repos/acme/secret-merger");
                            }))
                    .isInstanceOf(ConnectException.class);
        }
        own.round();

        assertThat(own.view().toString()).contains("10.0.3.7", "secret-merger");
        assertThat(own.viewForTenants().toString()).doesNotContain("10.0", "secret", "github");
        assertThat(own.viewForTenants().components())
                .singleElement()
                .satisfies(it -> assertThat(it.component()).isEqualTo("database"))
                .satisfies(it -> assertThat(it.status()).isEqualTo(HealthStatus.CRITICAL));
    }

    /** Whoever asks again and again makes the server check nothing. */
    @Test
    void tellsWhatItsLastRoundFound() {
        round();
        disk = HealthStatus.CRITICAL;
        nanos += ServerHealth.INTERVAL.toNanos();

        assertThat(ill(health)).isEmpty();

        round();
        assertThat(ill(health)).isEqualTo("disk");
    }

    @Test
    void noticesADatabaseThatCannotBeWrittenTo(@TempDir Path folder) throws SQLException {
        try (var real = TestDatabase.fresh()) {
            var own =
                    new ServerHealth(
                            OwnComponents.of(real.jdbc(), "home-1", folder, List::of),
                            _ -> {},
                            BreakerStore.none(),
                            time());
            own.round();
            assertThat(ill(own)).isEmpty();

            var owner = real.owner();
            try (var connection =
                            DriverManager.getConnection(
                                    owner.url(), owner.user(), owner.password());
                    var statement = connection.createStatement()) {
                statement.execute("revoke insert, update on server_pulse from kintsugi_app");
            }
            nanos += ServerHealth.INTERVAL.toNanos();
            own.round();

            assertThat(ill(own)).isEqualTo("database-writes");
            assertThat(own.mayWrite()).isFalse();
            assertThat(own.view().features()).containsEntry("writes", false);
        }
    }

    @Test
    void noticesADiskThatIsAlmostFull() {
        assertThat(OwnComponents.space(OwnComponents.LEAST_SPACE).status())
                .isEqualTo(HealthStatus.HEALTHY);
        assertThat(OwnComponents.space(OwnComponents.LEAST_SPACE - 1))
                .isEqualTo(
                        new Answer(
                                HealthStatus.CRITICAL, "only 199 MiB are left in KINTSUGI_HOME"));
    }

    private static String ill(ServerHealth health) {
        return health.view().components().stream()
                .filter(it -> it.status() != HealthStatus.HEALTHY)
                .map(ComponentHealthView::component)
                .collect(Collectors.joining(","));
    }

    private void round() {
        health.round();
        nanos += ServerHealth.INTERVAL.toNanos();
    }

    private TimeAndChance time() {
        return new TimeAndChance(
                () -> Instant.EPOCH, () -> nanos, _ -> {}, (_, _) -> () -> {}, new Random(1));
    }
}
