package dev.kintsugi.server.platform.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kintsugi.server.platform.Home;
import dev.kintsugi.server.platform.StartFailure;
import dev.kintsugi.server.platform.TestDatabase;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a database must be before the server works with it. */
class DatabaseTest {
    private static final TestDatabase DB = TestDatabase.fresh();
    private static final DatabaseLogin OWNER = DB.owner();

    @TempDir Path folder;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "jdbc:postgresql://h/db?user=boss&password=hunter2",
                "jdbc:postgresql://h/db?ssl=true&password=hunter2",
                "jdbc:postgresql://boss:hunter2@h/db",
                "jdbc:postgresql://h/db?service=boss"
            })
    void aUrlWithALoginInItIsRefusedWithoutShowingIt(String url) {
        assertThatThrownBy(() -> open("one", Map.of("KINTSUGI_DB_URL", url)))
                .isInstanceOf(StartFailure.class)
                .hasMessageContaining("no login in it")
                .hasMessageNotContaining("hunter2");
    }

    @Test
    void aServerThatTheDatabaseTakesForAnotherIsRefused() {
        var owner =
                new DatabaseLogin(
                        "%s?user=%s&password=%s"
                                .formatted(OWNER.url(), OWNER.user(), OWNER.password()),
                        OWNER.user(),
                        OWNER.password());

        assertThatThrownBy(() -> Schema.migrate(owner))
                .isInstanceOf(StartFailure.class)
                .hasMessageContaining("takes the server for %s", OWNER.user());
    }

    @Test
    void aServerAboveRowLevelSecurityIsRefused() throws SQLException {
        execute("alter role kintsugi_app bypassrls");
        try {
            assertThatThrownBy(() -> Schema.migrate(OWNER))
                    .isInstanceOf(StartFailure.class)
                    .hasMessageContaining("nosuperuser nobypassrls");
        } finally {
            execute("alter role kintsugi_app nobypassrls");
        }
    }

    @Test
    void anOwnerWithoutAPasswordNeedsOneForTheServer() throws SQLException {
        var trusted = new DatabaseLogin(OWNER.url(), OWNER.user(), "");

        assertThatThrownBy(() -> Schema.migrate(trusted))
                .isInstanceOf(StartFailure.class)
                .hasMessageContaining("set KINTSUGI_DB_APP_PASSWORD");
        try {
            var app = Schema.migrate(OWNER, "it's \"gold\"");
            DriverManager.getConnection(app.url(), "kintsugi_app", "it's \"gold\"").close();
        } finally {
            Schema.migrate(OWNER); // as all other tests have it
        }
    }

    @Test
    void aSecondHomeNeedsTheSameChainKey() {
        open("first", Map.of("KINTSUGI_CHAIN_KEY", "ab".repeat(32)));
        open("second", Map.of("KINTSUGI_CHAIN_KEY", "ab".repeat(32)));

        assertThatThrownBy(() -> open("third", Map.of()))
                .isInstanceOf(StartFailure.class)
                .hasMessageContaining("another key")
                .hasMessageContaining("KINTSUGI_CHAIN_KEY");
    }

    @Test
    void aLoginShowsNoPassword() {
        var login = new DatabaseLogin("jdbc:postgresql://h/db?sslpassword=hunter2", "u", "hunter2");

        assertThat(login).hasToString("u at jdbc:postgresql://h/db");
    }

    private void open(String home, Map<String, String> settings) {
        var environment = new HashMap<>(Map.of("KINTSUGI_HOME", folder.resolve(home).toString()));
        environment.put("KINTSUGI_DB_URL", OWNER.url());
        environment.put("KINTSUGI_DB_USER", OWNER.user());
        environment.put("KINTSUGI_DB_PASSWORD", OWNER.password());
        environment.putAll(settings);
        try (var held = Home.open(environment);
                var database = Database.start(held, environment)) {
            database.await();
        }
    }

    private static void execute(String sql) throws SQLException {
        try (var connection =
                        DriverManager.getConnection(OWNER.url(), OWNER.user(), OWNER.password());
                var statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
