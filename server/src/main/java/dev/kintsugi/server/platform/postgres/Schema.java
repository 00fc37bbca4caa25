package dev.kintsugi.server.platform.postgres;

import dev.kintsugi.server.platform.StartFailure;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.flywaydb.core.api.MigrationInfo;

/**
 * Brings a database to the schema of this build, as its owner, and gives the server its own, lesser
 * login.
 */
public final class Schema {
    private static final String APP = "kintsugi_app";
    private static final String MAC = "HmacSHA256";
    private static final int MIN_SERVER_VERSION = 16;

    /**
     * With growing pauses of at most {@link #MAX_PAUSE_SECONDS}, for a server that is still
     * recovering from a crash.
     */
    private static final int CONNECT_RETRIES = 10;

    private static final int MAX_PAUSE_SECONDS = 2;

    private Schema() {}

    /**
     * Migrates, and returns how the server logs in.
     *
     * @param owner may create roles and tables
     * @throws StartFailure when the database is unreachable, too old, or newer than this build
     */
    public static DatabaseLogin migrate(DatabaseLogin owner) {
        try {
            var flyway =
                    Flyway.configure()
                            .dataSource(owner.url(), owner.user(), owner.password())
                            .connectRetries(CONNECT_RETRIES)
                            .connectRetriesInterval(MAX_PAUSE_SECONDS)
                            .load();
            refuseNewer(owner, flyway.info().applied());
            flyway.migrate();
            return app(owner);
        } catch (FlywayException | SQLException e) {
            throw new StartFailure(
                    "The database %s cannot be used: %s".formatted(owner, firstLine(e)), e);
        }
    }

    private static void refuseNewer(DatabaseLogin owner, MigrationInfo[] applied) {
        for (MigrationInfo migration : applied) {
            if (migration.getState().isApplied() && !migration.getState().isResolved()) {
                throw new StartFailure(
                        "The database %s has schema %s, which is newer than this build: start a build that has it, or use another KINTSUGI_HOME or KINTSUGI_DB_URL."
                                .formatted(owner, migration.getVersion()));
            }
        }
    }

    /**
     * The login of the server. Its password follows from the owner's, so that any number of servers
     * that know the owner's agree on it without keeping another secret.
     */
    private static DatabaseLogin app(DatabaseLogin owner) throws SQLException {
        var app = new DatabaseLogin(owner.url(), APP, derived(owner.password()));
        if (!admitted(app)) {
            try (Connection connection =
                            DriverManager.getConnection(
                                    owner.url(), owner.user(), owner.password());
                    var statement = connection.createStatement()) {
                // The password is hexadecimal: nothing in it needs quoting.
                statement.execute(
                        "alter role %s login password '%s'".formatted(APP, app.password()));
            }
        }
        return app;
    }

    private static boolean admitted(DatabaseLogin app) throws SQLException {
        try (Connection connection =
                DriverManager.getConnection(app.url(), app.user(), app.password())) {
            int version = connection.getMetaData().getDatabaseMajorVersion();
            if (version < MIN_SERVER_VERSION) {
                throw new StartFailure(
                        "The database %s is PostgreSQL %d: Kintsugi needs %d or newer."
                                .formatted(app, version, MIN_SERVER_VERSION));
            }
            return true;
        } catch (SQLException e) {
            if ("28P01".equals(e.getSQLState()) || "28000".equals(e.getSQLState())) {
                return false; // no such password, or not yet allowed to log in
            }
            throw e;
        }
    }

    private static String derived(String ownerPassword) {
        try {
            var mac = Mac.getInstance(MAC);
            mac.init(
                    new SecretKeySpec(
                            (ownerPassword + "\n").getBytes(StandardCharsets.UTF_8), MAC));
            return HexFormat.of().formatHex(mac.doFinal(APP.getBytes(StandardCharsets.UTF_8)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("Every JDK has " + MAC, e);
        }
    }

    private static String firstLine(Exception e) {
        return String.valueOf(e.getMessage())
                .lines()
                .findFirst()
                .orElse(e.getClass().getSimpleName());
    }
}
