package dev.kintsugi.server.healing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.kintsugi.healing.breaker.BreakerConfig;
import dev.kintsugi.healing.breaker.BreakerEvent;
import dev.kintsugi.healing.breaker.BreakerMachine;
import dev.kintsugi.healing.breaker.BreakerPhase;
import dev.kintsugi.healing.breaker.BreakerState;
import dev.kintsugi.healing.call.Breaker;
import dev.kintsugi.healing.call.CallRejected;
import dev.kintsugi.healing.call.Recovery;
import dev.kintsugi.healing.call.Setting;
import dev.kintsugi.server.platform.TestDatabase;
import java.net.ConnectException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Breakers of three servers on one database. */
class PostgresBreakerStoreTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final TestDatabase database = TestDatabase.fresh();
    private Instant now = Instant.now().truncatedTo(ChronoUnit.MICROS);

    @AfterEach
    void close() {
        database.close();
    }

    @Test
    void goesOnAfterARestartWithTheRightRemainingTime() {
        BreakerConfig config = BreakerConfig.standard();
        BreakerState open = failing(config, 5);
        store("a").save("webhook", open);

        BreakerState loaded = store("a").load("webhook");

        assertThat(loaded).isEqualTo(open);
        assertThat(asked(loaded, now.plusMillis(59_999), config)).isFalse();
        assertThat(asked(loaded, now.plusSeconds(60), config)).isTrue();
        assertThat(store("b").load("webhook")).isEqualTo(BreakerState.closed());
    }

    @Test
    void countsThoseHeardOfLately() {
        BreakerState open = failing(BreakerConfig.standard(), 5);
        store("a").save("webhook", open);
        store("b").save("webhook", BreakerState.closed());

        var votes = store("c").save("webhook", open);
        assertThat(votes.nodes()).isEqualTo(3);
        assertThat(votes.opened()).hasSize(2);

        now = now.plus(PostgresBreakerStore.LATELY).plusMillis(1);
        assertThat(store("c").save("webhook", open).nodes()).isEqualTo(1);
        assertThat(store("c").save("other", open).nodes()).isEqualTo(1);
    }

    @Test
    void oneSickServerDoesNotOpenTheOthers() {
        var servers = List.of(server("a"), server("b"), server("c"));
        servers.forEach(PostgresBreakerStoreTest::succeed);

        failTimes(servers.getFirst(), 5);
        await().atMost(PATIENCE).until(() -> saved("a") == BreakerPhase.OPEN);
        awaitTwoMoreRounds();

        assertThat(phase(servers.get(0))).isEqualTo(BreakerPhase.OPEN);
        assertThat(phase(servers.get(1))).isEqualTo(BreakerPhase.CLOSED);
        assertThat(phase(servers.get(2))).isEqualTo(BreakerPhase.CLOSED);
    }

    /** The third opens although none of its own calls has failed yet. */
    @Test
    void anOutageThatMostSeeOpensAll() {
        var servers = List.of(server("a"), server("b"), server("c"));
        await().atMost(PATIENCE).until(() -> saved("c") == BreakerPhase.CLOSED);

        failTimes(servers.get(0), 5);
        failTimes(servers.get(1), 5);

        await().atMost(PATIENCE).until(() -> phase(servers.get(2)) == BreakerPhase.OPEN);
        assertThatThrownBy(() -> succeed(servers.get(2))).isInstanceOf(CallRejected.class);
    }

    private Recovery server(String home) {
        var store = new PostgresBreakerStore(database.jdbc(), home, Instant::now);
        return Recovery.of("webhook", Setting.standard().breakers(store))
                .breaker(Breaker.opensAfter(5));
    }

    private PostgresBreakerStore store(String home) {
        return new PostgresBreakerStore(database.jdbc(), home, () -> now);
    }

    /** Each server has asked what the others see since. */
    private void awaitTwoMoreRounds() {
        Instant since = lastHeard();
        await().atMost(PATIENCE).until(() -> lastHeard().isAfter(since.plusSeconds(2)));
    }

    private Instant lastHeard() {
        return database.jdbc()
                .sql("select min(heard_at) from server_breaker")
                .query((row, _) -> row.getTimestamp(1).toInstant())
                .single();
    }

    private BreakerPhase saved(String home) {
        return store(home).load("webhook").phase();
    }

    private static BreakerPhase phase(Recovery server) {
        return server.circuitBreaker().orElseThrow().phase();
    }

    private static void succeed(Recovery server) {
        assertThat(server.<String, RuntimeException>call(() -> "well")).isEqualTo("well");
    }

    private static void failTimes(Recovery server, int times) {
        for (int call = 0; call < times; call++) {
            assertThatThrownBy(() ->
                            server.call(() -> {
                                throw new ConnectException("planted");
                            }))
                    .isInstanceOf(ConnectException.class);
        }
    }

    private BreakerState failing(BreakerConfig config, int times) {
        BreakerState state = BreakerState.closed();
        for (int call = 0; call < times; call++) {
            var permit = BreakerMachine.decide(state, new BreakerEvent.Asked(now), config);
            state =
                    BreakerMachine.decide(
                                    permit.state(),
                                    new BreakerEvent.Failed(now, permit.permit()),
                                    config)
                            .state();
        }
        return state;
    }

    private static boolean asked(BreakerState state, Instant at, BreakerConfig config) {
        return BreakerMachine.decide(state, new BreakerEvent.Asked(at), config).permitted();
    }
}
