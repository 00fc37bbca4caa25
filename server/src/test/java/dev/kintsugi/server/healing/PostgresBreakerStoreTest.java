package dev.kintsugi.server.healing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.kintsugi.healing.breaker.BreakerConfig;
import dev.kintsugi.healing.breaker.BreakerEvent;
import dev.kintsugi.healing.breaker.BreakerMachine;
import dev.kintsugi.healing.breaker.BreakerPhase;
import dev.kintsugi.healing.breaker.BreakerState;
import dev.kintsugi.healing.breaker.BreakerStore;
import dev.kintsugi.healing.call.Breaker;
import dev.kintsugi.healing.call.CallRejected;
import dev.kintsugi.healing.call.Recovery;
import dev.kintsugi.healing.call.Setting;
import dev.kintsugi.server.platform.Home;
import dev.kintsugi.server.platform.Readiness;
import dev.kintsugi.server.platform.TestDatabase;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.net.ConnectException;
import java.nio.file.Path;
import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.support.StaticListableBeanFactory;

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

        failTimes(servers.getFirst(), 5);
        await().atMost(PATIENCE).until(() -> saved("a") == BreakerPhase.OPEN);
        awaitTwoMoreRounds(servers.subList(1, 3));

        assertThat(phase(servers.get(0))).isEqualTo(BreakerPhase.OPEN);
        assertThat(phase(servers.get(1))).isEqualTo(BreakerPhase.CLOSED);
        assertThat(phase(servers.get(2))).isEqualTo(BreakerPhase.CLOSED);
    }

    /** The third opens although none of its own calls has failed yet. */
    @Test
    void anOutageThatMostSeeOpensAll() {
        var servers = List.of(server("a"), server("b"), server("c"));
        succeed(servers.get(2));
        await().atMost(PATIENCE).until(() -> heard().contains("c"));

        failTimes(servers.get(0), 5);
        failTimes(servers.get(1), 5);
        await().atMost(PATIENCE).until(() -> saved("b") == BreakerPhase.OPEN);
        succeed(servers.get(2));

        await().atMost(PATIENCE).until(() -> phase(servers.get(2)) == BreakerPhase.OPEN);
        assertThatThrownBy(() -> succeed(servers.get(2))).isInstanceOf(CallRejected.class);
    }

    @Test
    void serversThatAreIdleHaveNoSay() {
        var servers = List.of(server("a"), server("b"), server("c"), server("idle"));
        servers.subList(0, 3).forEach(PostgresBreakerStoreTest::succeed);
        await().atMost(PATIENCE).until(() -> heard().containsAll(List.of("a", "b", "c")));

        awaitTwoMoreRounds(servers.subList(0, 3));

        assertThat(heard()).doesNotContain("idle");
    }

    /** By its machine's clock, it closed before the others opened. */
    @Test
    void openingsOfLongAgoDoNotOpenAServerWhoseMachineIsNinetySecondsSlow(@TempDir Path folder) {
        InstantSource databases = () -> Instant.now().plusSeconds(90);
        now = databases.instant().minusSeconds(60);
        BreakerState open = failing(BreakerConfig.standard(), 5);
        var others =
                List.of(
                        new PostgresBreakerStore(database.jdbc(), "a", databases),
                        new PostgresBreakerStore(database.jdbc(), "b", databases));

        try (var home = Home.open(Map.of("KINTSUGI_HOME", folder.toString()))) {
            Recovery slow =
                    new HealingParts()
                            .serverHealth(
                                    database.jdbc(),
                                    home,
                                    new StaticListableBeanFactory()
                                            .getBeanProvider(Readiness.class),
                                    new HealingMetrics(new SimpleMeterRegistry()),
                                    databases)
                            .recovery("webhook")
                            .breaker(Breaker.opensAfter(5));
            Instant began = databases.instant();
            await().atMost(PATIENCE)
                    .until(() -> {
                        succeed(slow);
                        others.forEach(each -> each.save("webhook", open));
                        return heardSince(began.plusSeconds(3)).contains(home.id());
                    });

            assertThat(phase(slow)).isEqualTo(BreakerPhase.CLOSED);
        }
    }

    @Test
    void saysOnceThatItsStoreIsAwayAndOnceThatItIsBack() {
        var said = new ListAppender<ILoggingEvent>();
        said.start();
        var log = (Logger) LoggerFactory.getLogger("dev.kintsugi.healing.call.BreakerSync");
        log.addAppender(said);
        log.setLevel(Level.INFO);
        try {
            var store = new FailingStore();
            Recovery server = calling("model", store);
            await().atMost(PATIENCE).until(() -> callAndCount(server, store) > 2);
            store.away = false;
            await().atMost(PATIENCE).until(() -> callAndCount(server, store) > 5);
        } finally {
            log.detachAppender(said);
            log.setLevel(null);
        }

        assertThat(said.list)
                .extracting(ILoggingEvent::getFormattedMessage)
                .filteredOn(it -> it.startsWith("model")) // those of other tests end with them
                .containsExactly(
                        "model: the breaker goes on without its store",
                        "model: the breaker's store is back");
    }

    private static int callAndCount(Recovery server, FailingStore store) {
        succeed(server);
        return store.asked.get();
    }

    private static final class FailingStore implements BreakerStore {
        final AtomicInteger asked = new AtomicInteger();
        volatile boolean away = true;

        @Override
        public BreakerState load(String component) {
            return answer(BreakerState.closed());
        }

        @Override
        public Votes save(String component, BreakerState state) {
            return answer(new Votes(1, List.of()));
        }

        private <T> T answer(T value) {
            asked.incrementAndGet();
            if (away) {
                throw new IllegalStateException("planted");
            }
            return value;
        }
    }

    private Recovery server(String home) {
        return calling("webhook", new PostgresBreakerStore(database.jdbc(), home, Instant::now));
    }

    private static Recovery calling(String component, BreakerStore store) {
        return Recovery.of(component, Setting.standard().breakers(store))
                .breaker(Breaker.opensAfter(5));
    }

    private PostgresBreakerStore store(String home) {
        return new PostgresBreakerStore(database.jdbc(), home, () -> now);
    }

    /** They go on being called until each has asked twice more what the others see. */
    private void awaitTwoMoreRounds(List<Recovery> called) {
        Instant since = Instant.now();
        await().atMost(PATIENCE)
                .until(() -> {
                    called.forEach(PostgresBreakerStoreTest::succeed);
                    return heardSince(since.plusSeconds(2)).size() == called.size();
                });
    }

    private List<String> heard() {
        return heardSince(Instant.EPOCH);
    }

    private List<String> heardSince(Instant moment) {
        return database.jdbc()
                .sql("select home from server_breaker where heard_at > ?")
                .param(Timestamp.from(moment))
                .query((row, _) -> row.getString(1))
                .list();
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
