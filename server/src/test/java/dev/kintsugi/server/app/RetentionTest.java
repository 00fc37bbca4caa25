package dev.kintsugi.server.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.kintsugi.client.api.KintsugiClient;
import dev.kintsugi.client.api.Submission;
import dev.kintsugi.client.event.RunStatus;
import dev.kintsugi.server.platform.Transactions;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.jdbc.core.simple.JdbcClient;

class RetentionTest {
    private static final FileTime LONG_AGO = FileTime.from(Instant.now().minus(Duration.ofDays(8)));

    private static final String PLAN = "plan: 1\nname: short\nsteps: [{id: a, exec: 'true'}]\n";

    @TempDir Path home;

    @Test
    void aServerDeletesWhatWasKeptLongEnough() throws Exception {
        var checkout = Files.createDirectories(home.resolve("checkouts/r-old/build/1-1"));
        Files.setLastModifiedTime(checkout, LONG_AGO);
        try (var server = TestServer.start(Map.of("KINTSUGI_HOME", home.toString()))) {
            await().until(() -> !Files.exists(checkout));

            var ended = repository(endedRun(server));
            var unknown = repository("r-unknown");
            var sweep = server.context().getBean(Retention.class);
            sweep.sweep();
            assertThat(ended).isDirectory();

            ageRuns(server);
            sweep.sweep();
            assertThat(ended).doesNotExist();
            assertThat(unknown).isDirectory();
        }
    }

    private String endedRun(TestServer server) throws Exception {
        var address = URI.create("http://127.0.0.1:" + server.port());
        var key = Files.readString(home.resolve("api-key")).strip();
        try (var client = KintsugiClient.of(address, key)) {
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

    private static void ageRuns(TestServer server) {
        var jdbc = server.context().getBean(JdbcClient.class);
        server.context()
                .getBean(Transactions.class)
                .asTenant(
                        "default",
                        () ->
                                jdbc.sql(
                                                "update run set finished_at = finished_at -"
                                                        + " interval '8 days'")
                                        .update());
    }
}
