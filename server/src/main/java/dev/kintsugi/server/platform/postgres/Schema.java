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

    /** As below, with a password for the server that follows from the owner's. */
    public static DatabaseLogin migrate(DatabaseLogin owner) {
        return migrate(owner, "");
    }

    /**
     * Migrates, and returns how the server logs in.
     *
     * @param owner may create roles and tables
     * @param appPassword of the server's own login; empty for one that follows from the owner's, so
     *     that any number of servers that know the owner's agree on it without keeping another
     *     secret
     * @throws StartFailure when the database is unreachable, too old, newer than this build, or
     *     does not hold the server to row-level security; when neither password is given
     */
    public static DatabaseLogin migrate(DatabaseLogin owner, String appPassword) {
        if (owner.password().isEmpty() && appPassword.isEmpty()) {
            throw new StartFailure(
                    "The owner of the database %s logs in without a password, so the server's own cannot follow from it: set KINTSUGI_DB_APP_PASSWORD to a long random text, the same for every server of this database."
                            .formatted(owner));
        }
        var app =
                new DatabaseLogin(
                        owner.url(),
                        APP,
                        appPassword.isEmpty() ? derived(owner.password()) : appPassword);
        try {
            var flyway =
                    Flyway.configure()
                            .dataSource(owner.url(), owner.user(), owner.password())
                            .connectRetries(CONNECT_RETRIES)
                            .connectRetriesInterval(MAX_PAUSE_SECONDS)
                            .load();
            refuseNewer(owner, flyway.info().applied());
            flyway.migrate();
            admit(owner, app);
            return app;
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

    /** Lets the server's own login in, with its password. */
    private static void admit(DatabaseLogin owner, DatabaseLogin app) throws SQLException {
        if (admitted(app)) {
            return;
        }
        try (Connection connection =
                        DriverManager.getConnection(owner.url(), owner.user(), owner.password());
                var quoted =
                        connection.prepareStatement(
                                "select format('alter role %I login password %L', ?::text, ?::text)");
                var statement = connection.createStatement()) {
            quoted.setString(1, app.user());
            quoted.setString(2, app.password());
            try (var row = quoted.executeQuery()) {
                row.next();
                statement.execute(row.getString(1));
            }
        }
        if (!admitted(app)) {
            throw new StartFailure(
                    "The database does not let %s in with the password just set: pg_hba.conf must allow it to log in by password."
                            .formatted(app));
        }
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
            requireHeldToRows(connection);
            return true;
        } catch (SQLException e) {
            if ("28P01".equals(e.getSQLState()) || "28000".equals(e.getSQLState())) {
                return false; // no such password, or not yet allowed to log in
            }
            throw e;
        }
    }

    /** Whatever the URL and the server's settings say: tenants are kept apart by this alone. */
    private static void requireHeldToRows(Connection connection) throws SQLException {
        try (var statement = connection.createStatement();
                var who =
                        statement.executeQuery(
                                "select current_user, rolsuper or rolbypassrls from pg_roles where rolname = current_user")) {
            who.next();
            if (!APP.equals(who.getString(1))) {
                throw new StartFailure(
                        "The database takes the server for %s instead of %s, who alone is held to its tenants' rows: KINTSUGI_DB_URL must name no user and no role."
                                .formatted(who.getString(1), APP));
            }
            if (who.getBoolean(2)) {
                throw new StartFailure(
                        "The role %s is above row-level security, so tenants would see each other: alter role %s nosuperuser nobypassrls."
                                .formatted(APP, APP));
            }
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
