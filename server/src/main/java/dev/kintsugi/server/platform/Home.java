package dev.kintsugi.server.platform;

import dev.kintsugi.client.json.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The folder {@code KINTSUGI_HOME} (default {@code ~/.kintsugi}, mode 700), held by one server at a
 * time. {@code server.json} in it tells clients where that server is.
 */
public final class Home implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Home.class);
    private static final int CHAIN_KEY_BYTES = 32;
    private static final int HOME_ID_BYTES = 8;

    private final Path folder;
    private final FileChannel channel;
    private final FileLock lock;
    private final Map<String, String> environment;

    private Home(Path folder, FileChannel channel, FileLock lock, Map<String, String> environment) {
        this.folder = folder;
        this.channel = channel;
        this.lock = lock;
        this.environment = environment;
    }

    /**
     * A running server, as {@code server.json} says.
     *
     * @param startedAt of the process, so that another one with the same pid is not taken for it
     * @param build what was built; another build's server is drained and replaced
     * @param ephemeral whether it leaves by itself when nobody needs it
     * @param workspaceRoots the only folders that path workspaces may lie below; empty when clients
     *     note them
     */
    public record Server(
            long pid,
            Instant startedAt,
            int port,
            String build,
            boolean ephemeral,
            List<String> workspaceRoots) {
        public Server {
            workspaceRoots = List.copyOf(workspaceRoots);
        }
    }

    /**
     * Makes the folder if need be and takes it.
     *
     * @throws StartFailure when it cannot be written or another server holds it
     */
    public static Home open(Map<String, String> environment) {
        Path folder = folder(environment);
        try {
            make(folder);
            OwnerOnly.folder(folder.resolve("secrets"));
            var channel =
                    FileChannel.open(
                            folder.resolve("server.lock"),
                            StandardOpenOption.CREATE,
                            StandardOpenOption.WRITE);
            var lock = locked(channel);
            if (lock.isEmpty()) {
                channel.close();
                throw new StartFailure(
                        "A server already runs on %s: use it, stop it, or set another KINTSUGI_HOME."
                                .formatted(folder));
            }
            return new Home(folder, channel, lock.get(), Map.copyOf(environment));
        } catch (IOException e) {
            throw new StartFailure(
                    "The folder %s cannot be written (%s): make it writable or set KINTSUGI_HOME to another."
                            .formatted(folder, e.getClass().getSimpleName()),
                    e);
        }
    }

    /** Where the home is, whoever holds it. */
    public static Path folder(Map<String, String> environment) {
        String named = environment.getOrDefault("KINTSUGI_HOME", "");
        Path folder = named.isBlank() ? userHome(environment).resolve(".kintsugi") : Path.of(named);
        return folder.toAbsolutePath().normalize();
    }

    /**
     * As every other tool of a shell sees it; Java's own property is what the system's accounts
     * say.
     */
    private static Path userHome(Map<String, String> environment) {
        String named = environment.getOrDefault("HOME", "");
        return Path.of(named.isBlank() ? System.getProperty("user.home") : named);
    }

    public Path folder() {
        return folder;
    }

    /** Where {@code ${secrets.NAME}} is looked up after the environment. */
    public Path secrets() {
        return folder.resolve("secrets");
    }

    /** Names this folder among all, from its first use on; the server's own worker goes by it. */
    public String id() {
        Path file = folder.resolve("home-id");
        try {
            if (!Files.exists(file)) {
                byte[] fresh = new byte[HOME_ID_BYTES];
                new SecureRandom().nextBytes(fresh);
                OwnerOnly.write(file, HexFormat.of().formatHex(fresh) + "\n");
            }
            return Files.readString(file).strip();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The key of the server's own user, as the CLI finds it in {@code api-key}. */
    public Optional<String> apiKey() {
        try {
            Path file = folder.resolve("api-key");
            return Files.exists(file)
                    ? Optional.of(Files.readString(file).strip())
                    : Optional.empty();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Writes {@code api-key} (mode 600). */
    public void keepApiKey(String key) {
        write("api-key", key + "\n");
    }

    /**
     * The key of the event chains: {@code KINTSUGI_CHAIN_KEY} in hexadecimal, or {@code chain-key},
     * made when missing.
     */
    public byte[] chainKey() {
        String given = environment.getOrDefault("KINTSUGI_CHAIN_KEY", "");
        Path file = folder.resolve("chain-key");
        try {
            if (given.isBlank() && !Files.exists(file)) {
                byte[] fresh = new byte[CHAIN_KEY_BYTES];
                new SecureRandom().nextBytes(fresh);
                OwnerOnly.write(file, HexFormat.of().formatHex(fresh) + "\n");
            }
            byte[] key =
                    HexFormat.of()
                            .parseHex((given.isBlank() ? Files.readString(file) : given).strip());
            if (key.length == CHAIN_KEY_BYTES) {
                return key;
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (IllegalArgumentException _) {
            // not hexadecimal: said below, without showing it
        }
        throw new StartFailure(
                "%s must be %d bytes in hexadecimal (%d digits)."
                        .formatted(
                                given.isBlank() ? file : "KINTSUGI_CHAIN_KEY",
                                CHAIN_KEY_BYTES,
                                2 * CHAIN_KEY_BYTES));
    }

    /** Tells clients where this process listens. */
    public void announce(int port, String build, boolean ephemeral, List<String> workspaceRoots) {
        var process = ProcessHandle.current();
        var startedAt = process.info().startInstant().orElse(Instant.EPOCH);
        var server = new Server(process.pid(), startedAt, port, build, ephemeral, workspaceRoots);
        write("server.json", Json.mapper().writeValueAsString(server) + "\n");
    }

    /** Withdraws the announcement and lets another server take the folder. */
    @Override
    public void close() {
        if (!channel.isOpen()) {
            return;
        }
        try {
            Files.deleteIfExists(folder.resolve("server.json"));
            lock.release();
            channel.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** One that exists may be more than a home, so its mode is left to whoever made it. */
    private static void make(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            OwnerOnly.folder(folder);
        } else if (OwnerOnly.isOpenToOthers(folder)) {
            log.warn("others can look into {}, which holds keys: chmod 700 it", folder);
        }
    }

    private void write(String name, String content) {
        try {
            OwnerOnly.write(folder.resolve(name), content);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Optional<FileLock> locked(FileChannel channel) throws IOException {
        try {
            return Optional.ofNullable(channel.tryLock());
        } catch (OverlappingFileLockException _) {
            return Optional.empty(); // held by this very process
        }
    }
}
