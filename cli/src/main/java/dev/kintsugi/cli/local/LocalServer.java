package dev.kintsugi.cli.local;

import dev.kintsugi.client.api.ApiException;
import dev.kintsugi.client.api.KintsugiClient;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The server of this user on this machine. Whoever needs it attaches to the live one or starts one;
 * a file lock sees to it that several at once start only one.
 */
public final class LocalServer {
    /** Longest wait for a server to be ready: a first start unpacks and makes its database. */
    static final Duration MAX_START = Duration.ofSeconds(120);

    /** Longest wait for a server to give its work back and leave. */
    static final Duration MAX_DRAIN = Duration.ofSeconds(60);

    private static final Duration HEALTH_PATIENCE = Duration.ofSeconds(3);
    private static final Duration POLL = Duration.ofMillis(25);

    private final Home home;
    private final Installation installation;
    private final Map<String, String> env;
    private final Progress progress;

    /** Time passing, and what is told to the user while it does. */
    public interface Progress {
        /** Says what is being waited for; may be called many times with the same words. */
        void waiting(String what);

        void pause(Duration time);
    }

    public LocalServer(
            Home home, Installation installation, Map<String, String> env, Progress progress) {
        this.home = home;
        this.installation = installation;
        this.env = env;
        this.progress = progress;
    }

    /**
     * Where a server is and the key to it.
     *
     * @param started whether it was started for this
     */
    public record Address(URI uri, String key, boolean started) {
        /** Says where, never the key. */
        @Override
        public String toString() {
            return "Address[uri=" + uri + "]";
        }
    }

    /**
     * A live server that fits the wish, started if there is none.
     *
     * @throws LocalServerException when none can be had
     */
    public Address need(Wish wish) {
        var live = fitting(wish);
        if (live != null) {
            return address(live, false);
        }
        home.make();
        try (var channel = openLock();
                var _ = lock(channel)) {
            live = fitting(wish);
            if (live != null) {
                return address(live, false);
            }
            var unfit = alive();
            if (unfit != null) {
                refuseToReplace(unfit, wish);
                drain(unfit);
            }
            return address(start(wish), true);
        } catch (IOException e) {
            throw home.unwritable(e);
        }
    }

    /** The live server's address; null when none runs. */
    public @Nullable Address running() {
        var live = alive();
        return live == null || !isHealthy(live) ? null : address(live, false);
    }

    /** Has the live server leave; whether there was one. */
    public boolean stop() {
        var live = alive();
        if (live == null) {
            return false;
        }
        drain(live);
        return true;
    }

    private @Nullable ServerFile alive() {
        var file = ServerFile.read(home);
        return file == null || file.process() == null ? null : file;
    }

    private @Nullable ServerFile fitting(Wish wish) {
        var file = alive();
        if (file == null
                || !installation.build().equals(file.build())
                || (wish.port() != 0 && wish.port() != file.port())
                || !accepts(file, wish)
                || !isHealthy(file)) {
            return null;
        }
        return file;
    }

    private boolean accepts(ServerFile file, Wish wish) {
        var repository = wish.repository();
        var started = Started.read(home);
        if (started == null || started.pid() != file.pid()) {
            return true; // started by somebody else: the server itself knows what it accepts
        }
        return (repository == null || started.covers(repository))
                && (wish.ephemeral() || !started.ephemeral());
    }

    /** A server that somebody asked for by {@code up} does not go away because of a run. */
    private void refuseToReplace(ServerFile file, Wish wish) {
        var started = Started.read(home);
        if (started == null || started.pid() != file.pid() || started.ephemeral()) {
            return;
        }
        boolean current = installation.build().equals(file.build()) && isHealthy(file);
        if (wish.ephemeral() && current) {
            throw new LocalServerException(
                    "the server at %s accepts repositories only below %s: run `kintsugi down`, then `kintsugi up` in %s"
                            .formatted(file.uri(), started.roots(), wish.repository()),
                    null);
        }
    }

    private static boolean isHealthy(ServerFile file) {
        try (var client = KintsugiClient.within(HEALTH_PATIENCE, file.uri(), null)) {
            return client.isLive();
        }
    }

    private void drain(ServerFile file) {
        var process = file.process();
        if (process == null) {
            return;
        }
        try (var client = KintsugiClient.of(file.uri(), key())) {
            client.shutdown();
        } catch (ApiException | LocalServerException _) {
            process.destroy(); // it does not answer: SIGTERM asks for the same
        }
        for (long waited = 0; process.isAlive(); waited += POLL.toMillis()) {
            if (waited > MAX_DRAIN.toMillis()) {
                throw new LocalServerException(
                        "the server with process id %d does not stop: end it with `kill %d`, see %s"
                                .formatted(file.pid(), file.pid(), home.serverLog()),
                        null);
            }
            progress.waiting("waiting for the running server to stop");
            progress.pause(POLL);
        }
    }

    private ServerFile start(Wish wish) throws IOException {
        if (!Files.isRegularFile(installation.serverJar())) {
            throw new LocalServerException(
                    "there is no server at %s: start kintsugi by its launcher script, or name a"
                                    .formatted(installation.serverJar())
                            + " server with --server",
                    null);
        }
        Files.deleteIfExists(home.serverFile());
        var roots = roots(wish);
        var process = ServerProcess.start(installation, home, wish, roots);
        new Started(process.pid(), wish.ephemeral(), roots).write(home);
        for (long waited = 0; ; waited += POLL.toMillis()) {
            var file = ServerFile.read(home);
            if (file != null && file.pid() == process.pid()) {
                return file;
            }
            if (!process.isAlive()) {
                throw ServerProcess.failure(home, process.exitValue());
            }
            if (waited > MAX_START.toMillis()) {
                process.destroy();
                throw new LocalServerException(
                        "the server was not ready within %d s: see %s"
                                .formatted(MAX_START.toSeconds(), home.serverLog()),
                        null);
            }
            progress.waiting("starting the server");
            progress.pause(POLL);
        }
    }

    /** What the user says, else what was needed so far and what is needed now. */
    private List<String> roots(Wish wish) {
        var said = env.get("KINTSUGI_WORKSPACE_ROOTS");
        if (said != null && !said.isBlank()) {
            return List.of(said.split(File.pathSeparator));
        }
        var roots = new LinkedHashSet<String>();
        if (wish.repository() != null) {
            roots.add(wish.repository().toString());
        }
        var before = Started.read(home);
        if (before != null) {
            before.roots().stream()
                    .filter(root -> Files.isDirectory(Path.of(root)))
                    .forEach(roots::add);
        }
        return new ArrayList<>(roots).subList(0, Math.min(roots.size(), Started.MAX_ROOTS));
    }

    private FileChannel openLock() throws IOException {
        return FileChannel.open(
                home.startLock(), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    }

    private FileLock lock(FileChannel channel) throws IOException {
        for (long waited = 0; ; waited += POLL.toMillis()) {
            var lock = tryLock(channel);
            if (lock != null) {
                return lock;
            }
            if (waited > MAX_START.plus(MAX_DRAIN).toMillis()) {
                throw new LocalServerException(
                        "another kintsugi has been starting the server for too long: see "
                                + home.serverLog(),
                        null);
            }
            progress.waiting("waiting for another kintsugi that starts the server");
            progress.pause(POLL);
        }
    }

    private static @Nullable FileLock tryLock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock();
        } catch (OverlappingFileLockException _) {
            return null; // another thread of this process has it
        }
    }

    private Address address(ServerFile file, boolean started) {
        return new Address(file.uri(), key(), started);
    }

    private String key() {
        try {
            var key = Files.readString(home.apiKey(), StandardCharsets.UTF_8).strip();
            return Objects.requireNonNull(key);
        } catch (NoSuchFileException e) {
            throw new LocalServerException(
                    "the server's key is not at %s: run `kintsugi down` and try again"
                            .formatted(home.apiKey()),
                    e);
        } catch (IOException e) {
            throw new LocalServerException("cannot read %s (%s)".formatted(home.apiKey(), e), e);
        }
    }
}
