package dev.kintsugi.server.platform.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kintsugi.server.platform.StartFailure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.DriverManager;
import java.sql.SQLException;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmbeddedPostgresTest {
    @TempDir static Path programs;
    @TempDir Path home;

    @BeforeAll
    static void unpackOnce() throws IOException {
        Binaries.unpackedIn(programs);
    }

    @BeforeEach
    void link() throws IOException {
        String name = "bin-" + Binaries.VERSION;
        Files.createSymbolicLink(
                Files.createDirectory(home.resolve("pg")).resolve(name), programs.resolve(name));
    }

    @Test
    void unpacksItsProgramsCompletelyOrNotAtAll() throws IOException {
        assertThat(programs).isDirectoryNotContaining("glob:**unpacking*");
        assertThat(programs.resolve("bin-" + Binaries.VERSION).resolve("bin/postgres"))
                .isExecutable();
    }

    @Test
    void keepsItsDataOverAStop() throws SQLException {
        try (var first = EmbeddedPostgres.start(home)) {
            assertThat(query(first.owner(), "select version()"))
                    .contains("PostgreSQL " + Binaries.VERSION);
            assertThat(query(first.owner(), "show fsync")).isEqualTo("on");
            execute(first.owner(), "create table kept as select 'gold' as value");
        }

        try (var second = EmbeddedPostgres.start(home)) {
            assertThat(query(second.owner(), "select value from kept")).isEqualTo("gold");
        }
    }

    @Test
    void aServerLeftRunningIsTakenOver() throws SQLException {
        try (var left = EmbeddedPostgres.start(home);
                var taken = EmbeddedPostgres.start(home)) {
            assertThat(taken.owner()).isEqualTo(left.owner());
            taken.close();

            assertThatThrownBy(() -> query(left.owner(), "select 1"))
                    .isInstanceOf(SQLException.class);
        }
    }

    @Test
    void aPidFileWhoseProcessIsAnotherProgramNowIsNoHindrance() throws Exception {
        EmbeddedPostgres.start(home).close();
        Files.writeString(
                home.resolve("pg/18/postmaster.pid"),
                "%d\n%s\n0\n1\n".formatted(ProcessHandle.current().pid(), home.resolve("pg/18")));

        try (var server = EmbeddedPostgres.start(home)) {
            assertThat(query(server.owner(), "select 1")).isEqualTo("1");
        }
    }

    @Test
    void onlyItsOwnerWithThePasswordComesIn() throws Exception {
        try (var server = EmbeddedPostgres.start(home)) {
            var guess = new DatabaseLogin(server.owner().url(), server.owner().user(), "guess");

            assertThatThrownBy(() -> query(guess, "select 1"))
                    .hasMessageContaining("authentication");
            assertThat(query(server.owner(), "show listen_addresses")).isEqualTo("127.0.0.1");
            assertThat(query(server.owner(), "show unix_socket_directories")).isEmpty();
        }
        assertThat(
                        PosixFilePermissions.toString(
                                Files.getPosixFilePermissions(home.resolve("pg/password"))))
                .isEqualTo("rw-------");
    }

    @Test
    void dataOfAnotherMajorVersionIsNeverOpened() throws IOException {
        Path data = Files.createDirectories(home.resolve("pg/17"));
        Files.writeString(data.resolve("PG_VERSION"), "17\n");

        assertThatThrownBy(() -> EmbeddedPostgres.start(home))
                .isInstanceOf(StartFailure.class)
                .hasMessageContaining("PostgreSQL 17")
                .hasMessageContaining("move the folder away");
        assertThat(data).isDirectoryContaining("glob:**PG_VERSION");
    }

    @Test
    void aSchemaNewerThanTheBuildIsRefused() throws SQLException {
        try (var server = EmbeddedPostgres.start(home)) {
            Schema.migrate(server.owner());
            execute(
                    server.owner(),
                    "insert into flyway_schema_history (installed_rank, version, description, type, script, installed_by, execution_time, success) values (9999, '9999', 'later', 'SQL', 'V9999__later.sql', 'x', 1, true)");

            assertThatThrownBy(() -> Schema.migrate(server.owner()))
                    .isInstanceOf(StartFailure.class)
                    .hasMessageContaining("schema 9999, which is newer");
        }
    }

    private static void execute(DatabaseLogin login, String sql) throws SQLException {
        try (var connection =
                        DriverManager.getConnection(login.url(), login.user(), login.password());
                var statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static String query(DatabaseLogin login, String sql) throws SQLException {
        try (var connection =
                        DriverManager.getConnection(login.url(), login.user(), login.password());
                var statement = connection.createStatement();
                var rows = statement.executeQuery(sql)) {
            rows.next();
            return rows.getString(1);
        }
    }
}
