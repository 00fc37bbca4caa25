package dev.kintsugi.server.integration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.kintsugi.healing.call.Recovery;
import dev.kintsugi.healing.time.TimeAndChance;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** Against a real Redis, which comes late, dies, hangs and comes back. */
class RedisLevelTest {
    private static final Path PROGRAM = Path.of("/usr/bin/redis-server");
    private static final Duration MINUTE = Duration.ofMinutes(1);
    private static final String PASSWORD = "not-to-be-logged";

    @TempDir Path folder;

    private final ListAppender<ILoggingEvent> said = new ListAppender<>();
    private final Logger log = (Logger) LoggerFactory.getLogger(RedisLevel.class);
    private int port;
    private final List<Process> processes = new ArrayList<>();
    private final List<RedisLevel> levels = new ArrayList<>();

    @BeforeEach
    void begin() throws IOException {
        assumeTrue(
                Files.exists(PROGRAM) || System.getenv("CI") != null,
                "there is no redis-server on this machine");
        said.start();
        log.setLevel(Level.INFO);
        log.addAppender(said);
        try (var free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
    }

    @AfterEach
    void end() {
        log.detachAppender(said);
        log.setLevel(null);
        levels.forEach(RedisLevel::close);
        processes.forEach(Process::destroyForcibly);
    }

    @Test
    void keepsValuesForTheirTime() throws Exception {
        startRedis();
        RedisLevel level = level();
        await().until(() -> keeps(level, "gold"));
        level.put("b", null, MINUTE);

        assertThat(kept(level, "a").left()).isBetween(Duration.ofSeconds(50), MINUTE);
        assertThat(kept(level, "a").value()).isEqualTo("gold");
        assertThat(kept(level, "b").value()).isNull();
        assertThat(level.get("c")).isNull();
        level.remove("a");
        assertThat(level.get("a")).isNull();
        RedisLevel other = level();
        await().until(() -> other.get("b") != null);
    }

    @Test
    void comesWhenRedisComes() throws Exception {
        RedisLevel level = level();
        await().until(() -> !said.list.isEmpty());
        for (int i = 0; i < 100; i++) {
            assertThat(level.get("a")).isNull();
        }

        startRedis();

        await().until(() -> keeps(level, "gold"));
        assertThat(levels()).containsExactly(Level.WARN, Level.INFO);
    }

    @Test
    void isNothingWhileRedisIsDeadAndComesBackWithIt() throws Exception {
        Process redis = startRedis();
        RedisLevel level = level();
        await().until(() -> keeps(level, "gold"));

        said.list.clear();
        redis.destroyForcibly().waitFor();
        await().until(() -> level.get("a") == null && !said.list.isEmpty());
        for (int i = 0; i < 100; i++) {
            assertThat(level.get("a")).isNull();
        }
        assertThat(levels()).containsExactly(Level.WARN);
        startRedis();

        await().until(() -> keeps(level, "silver"));
        assertThat(levels()).containsExactly(Level.WARN, Level.INFO);
        assertThat(said.list.toString()).doesNotContain(PASSWORD);
    }

    @Test
    void costsLittleWhileRedisHangs() throws Exception {
        Process redis = startRedis();
        RedisLevel level = level();
        await().until(() -> keeps(level, "gold"));

        said.list.clear();
        signal(redis, "STOP");
        long began = System.nanoTime();
        for (int i = 0; i < 100; i++) {
            assertThat(level.get("a")).isNull();
        }
        Duration took = Duration.ofNanos(System.nanoTime() - began);
        signal(redis, "CONT");

        // each alone would have waited for the timeout: 25 s together
        assertThat(took).isLessThan(Duration.ofSeconds(10));
        assertThat(levels()).containsExactly(Level.WARN);
        await().until(() -> keeps(level, "gold"));
        await().until(() -> levels().equals(List.of(Level.WARN, Level.INFO)));
    }

    private RedisLevel level() {
        String address = "redis://:" + PASSWORD + "@127.0.0.1:" + port + "/0";
        var level = new RedisLevel(address, Recovery.of("redis"), TimeAndChance.real().pause());
        levels.add(level);
        return level;
    }

    private Process startRedis() throws IOException {
        Process redis =
                new ProcessBuilder(
                                PROGRAM.toString(),
                                "--port",
                                String.valueOf(port),
                                "--bind",
                                "127.0.0.1",
                                "--requirepass",
                                PASSWORD,
                                "--save",
                                "",
                                "--dir",
                                folder.toString())
                        .redirectErrorStream(true)
                        .redirectOutput(folder.resolve("redis.log").toFile())
                        .start();
        processes.add(redis);
        await().until(this::isListening);
        return redis;
    }

    private boolean isListening() {
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return socket.isConnected();
        } catch (IOException _) {
            return false;
        }
    }

    private void signal(Process redis, String name) throws IOException, InterruptedException {
        new ProcessBuilder("kill", "-" + name, String.valueOf(redis.pid())).start().waitFor();
    }

    private static SharedLevel.Kept kept(RedisLevel level, String key) {
        return Objects.requireNonNull(level.get(key));
    }

    private static boolean keeps(RedisLevel level, String value) {
        level.put("a", value, MINUTE);
        SharedLevel.Kept kept = level.get("a");
        return kept != null && value.equals(kept.value());
    }

    private List<Level> levels() {
        return List.copyOf(said.list).stream().map(ILoggingEvent::getLevel).toList();
    }
}
