package dev.kintsugi.server.healing;

import dev.kintsugi.healing.HealthStatus;
import dev.kintsugi.healing.health.HealthCheck;
import dev.kintsugi.healing.health.HealthCheck.Answer;
import dev.kintsugi.server.platform.Readiness;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Supplier;
import org.springframework.jdbc.core.simple.JdbcClient;

/** What a server cannot do without: its database, that it can be written to, disk, and rounds. */
final class OwnComponents {
    /** With less space left, checkouts and an embedded database begin to fail. */
    static final long LEAST_SPACE = 200L * 1024 * 1024;

    static final String WRITES = "database-writes";

    private OwnComponents() {}

    /**
     * @param home the id of the server's home
     * @param folder the home itself
     * @param parts what must be up before the server takes work: sweeps of the queue, of timers
     */
    static List<OwnComponent> of(
            JdbcClient jdbc, String home, Path folder, Supplier<List<Readiness>> parts) {
        return List.of(
                new OwnComponent("database", () -> answers(jdbc)),
                new OwnComponent(WRITES, () -> writes(jdbc, home)),
                new OwnComponent("disk", disk(folder)),
                new OwnComponent("rounds", () -> rounds(parts.get())));
    }

    private static Answer answers(JdbcClient jdbc) {
        jdbc.sql("select 1").query(Integer.class).single();
        return Answer.healthy();
    }

    private static Answer writes(JdbcClient jdbc, String home) {
        jdbc.sql(
                        """
                        insert into server_pulse (home, at) values (?, clock_timestamp())
                        on conflict (home) do update set at = excluded.at
                        """)
                .param(home)
                .update();
        return Answer.healthy();
    }

    /** By its free space alone: a file that is written and deleted would tire the disk. */
    static HealthCheck disk(Path folder) {
        return () -> space(Files.getFileStore(folder).getUsableSpace());
    }

    static Answer space(long bytes) {
        return bytes >= LEAST_SPACE
                ? Answer.healthy()
                : new Answer(
                        HealthStatus.CRITICAL,
                        "only %d MiB are left in KINTSUGI_HOME".formatted(bytes >> 20));
    }

    private static Answer rounds(List<Readiness> parts) {
        return parts.stream().allMatch(Readiness::ready)
                ? Answer.healthy()
                : new Answer(
                        HealthStatus.CRITICAL, "queue and timers have not been swept for 30 s");
    }
}
