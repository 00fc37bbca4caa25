package dev.kintsugi.server.platform.postgres;

import dev.kintsugi.server.platform.OwnerOnly;
import dev.kintsugi.server.platform.StartFailure;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.springframework.util.FileSystemUtils;

/**
 * A PostgreSQL of our own, for a server that is given none. Its programs, data, password and log
 * are below {@code pg} in the home folder; it listens on 127.0.0.1 alone, on a free port. It runs
 * in a session of its own, so neither a terminal's Ctrl-C nor the death of this process ends it:
 * the next start finds and takes it over. Whoever starts it holds the home's lock.
 */
public final class EmbeddedPostgres implements AutoCloseable {
    /** The major version; data of another one is never opened. */
    static final String MAJOR = "18";

    private static final String OWNER = "kintsugi_owner";
    private static final int PASSWORD_BYTES = 32;
    private static final long MAX_LOG_BYTES = 10_000_000;

    /** Another process may take the free port before the server does. */
    private static final int MAX_START_ATTEMPTS = 3;

    private static final Map<String, String> SETTINGS =
            Map.ofEntries(
                    Map.entry("listen_addresses", "'127.0.0.1'"),
                    Map.entry("unix_socket_directories", "''"),
                    Map.entry("max_connections", "60"),
                    Map.entry("shared_buffers", "128MB"),
                    // after each checkpoint every page is written whole once more
                    Map.entry("max_wal_size", "2GB"),
                    // a busy minute leaves a hundred thousand dead rows in the queue
                    Map.entry("autovacuum_naptime", "10s"),
                    Map.entry("wal_level", "minimal"),
                    Map.entry("max_wal_senders", "0"),
                    Map.entry("jit", "off"),
                    Map.entry("random_page_cost", "1.1"),
                    Map.entry("password_encryption", "'scram-sha-256'"),
                    Map.entry("timezone", "'UTC'"),
                    Map.entry("log_timezone", "'UTC'"),
                    Map.entry("datestyle", "'iso, ymd'"),
                    Map.entry("log_line_prefix", "'%m [%p] '"),
                    Map.entry("default_text_search_config", "'pg_catalog.english'"));

    private final Programs programs;
    private final Path data;
    private final DatabaseLogin owner;

    private EmbeddedPostgres(Programs programs, Path data, DatabaseLogin owner) {
        this.programs = programs;
        this.data = data;
        this.owner = owner;
    }

    /**
     * Starts the server of this home folder, or takes over the one that already runs there.
     *
     * @throws StartFailure when it cannot, with what to do
     */
    public static EmbeddedPostgres start(Path home) {
        return start(home, Map.of());
    }

    /**
     * As {@link #start(Path)}, with settings that go before ours; tests turn durability off with
     * them.
     */
    public static EmbeddedPostgres start(Path home, Map<String, String> settings) {
        try {
            Path folder = OwnerOnly.folder(home.toAbsolutePath().normalize().resolve("pg"));
            Path data = folder.resolve(MAJOR);
            refuseOtherMajor(folder);
            var programs = Programs.in(Binaries.unpackedIn(folder));
            if (!Files.isRegularFile(data.resolve("PG_VERSION"))) {
                initialize(programs, folder, data);
            }
            String password = Files.readString(folder.resolve("password")).strip();
            int port = running(programs, data, folder.resolve("postgres.log"), settings);
            var owner =
                    new DatabaseLogin(
                            "jdbc:postgresql://127.0.0.1:" + port + "/postgres", OWNER, password);
            return new EmbeddedPostgres(programs, data, owner);
        } catch (IOException e) {
            throw new StartFailure(
                    "The embedded PostgreSQL cannot use %s (%s): make the folder writable, or set KINTSUGI_HOME or KINTSUGI_DB_URL."
                            .formatted(home.resolve("pg"), e),
                    e);
        }
    }

    /** How to log in as the owner of everything, to the database {@code postgres}. */
    public DatabaseLogin owner() {
        return owner;
    }

    /** Stops the server: open transactions are rolled back, committed ones are on disk. */
    @Override
    public void close() {
        try {
            if (Postmaster.on(data).isPresent()) {
                programs.run("pg_ctl", "stop", "-D", data.toString(), "-m", "fast", "-w");
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Also when it lies beside: starting empty would look as if all runs were lost. */
    private static void refuseOtherMajor(Path folder) throws IOException {
        if (Files.exists(folder.resolve(MAJOR))) {
            refuseOtherVersion(folder.resolve(MAJOR));
            return;
        }
        try (var versions = Files.newDirectoryStream(folder, "[0-9][0-9]")) {
            for (Path version : versions) {
                refuseOtherVersion(version);
            }
        }
    }

    private static void refuseOtherVersion(Path data) throws IOException {
        Path version = data.resolve("PG_VERSION");
        String found = Files.isRegularFile(version) ? Files.readString(version).strip() : MAJOR;
        if (!found.equals(MAJOR)) {
            throw new StartFailure(
                    "%s holds data of PostgreSQL %s, this build has %s: start the Kintsugi that wrote it, or move the folder away to begin anew."
                            .formatted(data, found, MAJOR));
        }
    }

    /** Makes the data folder under another name first, so that a crash never leaves half of one. */
    private static void initialize(Programs programs, Path folder, Path data) throws IOException {
        Path fresh = folder.resolve(MAJOR + ".new");
        Path password = folder.resolve("password");
        FileSystemUtils.deleteRecursively(fresh);
        OwnerOnly.folder(fresh);
        programs.own(fresh);
        byte[] secret = new byte[PASSWORD_BYTES];
        new SecureRandom().nextBytes(secret);
        OwnerOnly.write(password, HexFormat.of().formatHex(secret) + "\n");
        programs.run(
                "initdb",
                "--pgdata=" + fresh,
                "--username=" + OWNER,
                "--pwfile=" + password,
                "--auth=scram-sha-256",
                "--encoding=UTF8",
                "--locale=C",
                "--locale-provider=builtin",
                "--builtin-locale=C.UTF-8");
        Files.move(fresh, data, StandardCopyOption.ATOMIC_MOVE);
    }

    /** The port of the server on this data folder, started if need be. */
    private static int running(Programs programs, Path data, Path log, Map<String, String> settings)
            throws IOException {
        Optional<Postmaster> found = Postmaster.on(data);
        if (found.isPresent()) {
            return found.get().port();
        }
        programs.own(data);
        if (Files.exists(log) && Files.size(log) > MAX_LOG_BYTES) {
            Files.move(
                    log, log.resolveSibling("postgres.log.1"), StandardCopyOption.REPLACE_EXISTING);
        }
        for (int attempt = 1; ; attempt++) {
            configure(data, freePort(), settings);
            try {
                programs.run("pg_ctl", "start", "-D", data.toString(), "-l", log.toString(), "-w");
                return Postmaster.on(data)
                        .orElseThrow(() ->
                                new StartFailure(
                                        "The embedded PostgreSQL ended at once: see " + log))
                        .port();
            } catch (StartFailure e) {
                if (attempt == MAX_START_ATTEMPTS) {
                    throw new StartFailure("%s See %s.".formatted(e.getMessage(), log), e);
                }
            }
        }
    }

    private static void configure(Path data, int port, Map<String, String> settings)
            throws IOException {
        var all = new TreeMap<>(SETTINGS);
        all.put("port", Integer.toString(port));
        all.putAll(settings);
        var lines = new StringBuilder("# Written anew at every start.\n");
        all.forEach((name, value) -> lines.append(name).append(" = ").append(value).append('\n'));
        Files.writeString(data.resolve("postgresql.conf"), lines);
    }

    private static int freePort() throws IOException {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
