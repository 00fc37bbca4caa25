package dev.kintsugi.server.healing;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.kintsugi.server.platform.TestDatabase;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.file.Path;
import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Three processes that call the same components, each test another one. */
class BreakersOfProcessesTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private static TestDatabase database;
    private static Server a;
    private static Server b;
    private static Server c;

    @BeforeAll
    static void start() throws IOException {
        database = TestDatabase.fresh();
        a = new Server("a");
        b = new Server("b");
        c = new Server("c");
    }

    @AfterAll
    static void stop() {
        List.of(a, b, c).forEach(Server::kill);
        database.close();
    }

    @Test
    void oneThatIsSickStopsCallingAlone() {
        a.told("fail mail", 5);
        assertThat(a.told("succeed mail")).isEqualTo("rejected");

        Instant since = Instant.now();
        await().atMost(PATIENCE)
                .until(() -> {
                    assertThat(b.told("succeed mail")).isEqualTo("served");
                    assertThat(c.told("succeed mail")).isEqualTo("served");
                    return askedSince(since.plusSeconds(3), "mail").containsAll(List.of("b", "c"));
                });

        assertThat(a.told("phase mail")).isEqualTo("open");
    }

    @Test
    void anOutageThatMostMeetOpensAllByTheirSecondProbe() {
        for (Server each : List.of(a, b, c)) {
            assertThat(each.told("succeed model")).isEqualTo("served");
        }
        a.told("fail model", 5);
        b.told("fail model", 5);
        await().atMost(PATIENCE).until(() -> openOf("model").containsAll(List.of("a", "b")));

        assertThat(c.told("fail model")).isEqualTo("failed");

        await().atMost(PATIENCE).until(() -> c.told("phase model").equals("open"));
        assertThat(c.told("fail model")).isEqualTo("rejected");
    }

    @Test
    void oneThatIsKilledAndStartedAgainStillDoesNotCall() throws IOException {
        a.told("fail search", 5);
        await().atMost(PATIENCE).until(() -> openOf("search").contains("a"));

        a.kill();
        a = new Server("a");

        assertThat(a.told("succeed search")).isEqualTo("rejected");
    }

    private static List<String> askedSince(Instant moment, String component) {
        return database.jdbc()
                .sql("select home from server_breaker where component = ? and heard_at > ?")
                .params(component, Timestamp.from(moment))
                .query((row, _) -> row.getString(1))
                .list();
    }

    private static List<String> openOf(String component) {
        return database.jdbc()
                .sql("select home from server_breaker where component = ? and state = 'open'")
                .param(component)
                .query((row, _) -> row.getString(1))
                .list();
    }

    /** A process, and the way to tell it what to do. */
    private static final class Server {
        private final Process process;
        private final Writer input;
        private final BufferedReader output;

        Server(String name) throws IOException {
            var login = database.app();
            process =
                    new ProcessBuilder(
                                    Path.of(System.getProperty("java.home"), "bin", "java")
                                            .toString(),
                                    "-XX:TieredStopAtLevel=1",
                                    "-Xmx128m",
                                    "-cp",
                                    System.getProperty("java.class.path"),
                                    CallingProcess.class.getName(),
                                    login.url(),
                                    login.user(),
                                    login.password(),
                                    name)
                            .redirectErrorStream(true)
                            .start();
            input = process.outputWriter(UTF_8);
            output = process.inputReader(UTF_8);
        }

        void told(String what, int times) {
            for (int i = 0; i < times; i++) {
                assertThat(told(what)).isEqualTo("failed");
            }
        }

        String told(String what) {
            try {
                input.write(what + "\n");
                input.flush();
                var line = output.readLine();
                while (line != null && !line.startsWith(CallingProcess.ANSWER)) {
                    line = output.readLine();
                }
                return line == null ? "ended" : line.substring(CallingProcess.ANSWER.length());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        void kill() {
            process.destroyForcibly().onExit().join();
        }
    }
}
