package dev.kintsugi.server.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.kintsugi.client.api.KintsugiClient;
import dev.kintsugi.client.api.Submission;
import dev.kintsugi.client.event.RunStatus;
import dev.kintsugi.server.history.Gc;
import dev.kintsugi.server.history.History;
import dev.kintsugi.server.platform.Transactions;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.jdbc.core.simple.JdbcClient;

class HousekeepingTest {
    private static final FileTime LONG_AGO = FileTime.from(Instant.now().minus(Duration.ofDays(8)));

    private static final String PLAN =
            "plan: 1\nname: short\nsteps: [{id: a, exec: 'echo $KINTSUGI_RUN | tee x', artifacts: [x]}]\n";

    @TempDir Path home;

    @Test
    void aServerDeletesWhatWasKeptLongEnough() throws Exception {
        var checkout = Files.createDirectories(home.resolve("checkouts/r-old/build/1-1"));
        Files.setLastModifiedTime(checkout, LONG_AGO);
        try (var server = TestServer.start(Map.of("KINTSUGI_HOME", home.toString()))) {
            await().until(() -> !Files.exists(checkout));

            var ended = repository(endedRun(server));
            var gc = server.context().getBean(Gc.class);
            gc.sweep();
            assertThat(ended).isDirectory();

            age(server, 8);
            gc.sweep();
            assertThat(ended).doesNotExist();
        }
    }

    @Test
    void aRunThatWasKeptLongEnoughIsGoneEverywhere() throws Exception {
        try (var server = TestServer.start(Map.of("KINTSUGI_HOME", home.toString()));
                var client = client(server)) {
            var run = endedRun(server);
            var kept = endedRun(server);
            var artifact = client.artifacts(run, null).getFirst().hash();
            var repository = repository(run);
            var checkout = Files.createDirectories(home.resolve("checkouts/" + run + "/a/1.1"));
            asDefault(server, "update blob set created_at = created_at - interval '31 days'");
            asDefault(
                    server,
                    "update run set finished_at = finished_at - interval '31 days' where run_id = '%s'"
                            .formatted(run));

            server.context().getBean(History.class).move();
            server.context().getBean(Gc.class).sweep();

            assertThatThrownBy(() -> client.run(run)).hasMessageContaining(run);
            assertThat(repository).doesNotExist();
            assertThat(checkout).doesNotExist();
            for (var table :
                    List.of(
                            "run",
                            "run_event",
                            "run_history",
                            "run_event_history",
                            "run_budget_history",
                            "mb_v4_run_budget",
                            "step_log")) {
                assertThat(count(server, table, run)).as(table).isZero();
            }
            assertThat(client.verify(kept).intact()).isTrue();
            assertThat(client.blob(client.artifacts(kept, null).getFirst().hash())).isNotEmpty();
            assertThatThrownBy(() -> client.blob(artifact)).hasMessageContaining("content");
        }
    }

    private static long count(TestServer server, String table, String run) {
        return server.context()
                .getBean(Transactions.class)
                .asTenant(
                        "default",
                        () ->
                                server.context()
                                        .getBean(JdbcClient.class)
                                        .sql(
                                                "select count(*) from %s where run_id = ?"
                                                        .formatted(table))
                                        .param(run)
                                        .query(Long.class)
                                        .single());
    }

    private KintsugiClient client(TestServer server) throws Exception {
        var address = URI.create("http://127.0.0.1:" + server.port());
        return KintsugiClient.of(address, Files.readString(home.resolve("api-key")).strip());
    }

    private String endedRun(TestServer server) throws Exception {
        try (var client = client(server)) {
            var run = client.submit(Submission.of(PLAN)).run();
            await().until(() -> client.run(run).status() == RunStatus.SUCCEEDED);
            return run;
        }
    }

    private Path repository(String run) throws Exception {
        var repository = home.resolve("repositories/default/" + run + ".git");
        var alternates = repository.resolve("objects/info/alternates");
        Files.createDirectories(alternates.getParent());
        Files.writeString(alternates, home.resolve("mirrors/default/x.git/objects") + "\n");
        Files.setLastModifiedTime(alternates, LONG_AGO);
        return repository;
    }

    private static void age(TestServer server, int days) {
        asDefault(
                server,
                "update run set finished_at = finished_at - interval '%d days'".formatted(days));
    }

    private static void asDefault(TestServer server, String sql) {
        var jdbc = server.context().getBean(JdbcClient.class);
        server.context()
                .getBean(Transactions.class)
                .asTenant("default", () -> jdbc.sql(sql).update());
    }
}
