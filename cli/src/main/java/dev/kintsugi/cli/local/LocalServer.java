package dev.kintsugi.cli.local;

import static java.util.stream.Collectors.joining;

import dev.kintsugi.client.api.ApiException;
import dev.kintsugi.client.api.KintsugiClient;
import java.io.File;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.SocketException;
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
import java.time.InstantSource;
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

    /** Longest wait for a live server to answer: a busy machine may keep it from it. */
    static final Duration MAX_SILENCE = Duration.ofSeconds(30);

    private static final Duration HEALTH_PATIENCE = Duration.ofSeconds(3);
    private static final Duration POLL = Duration.ofMillis(25);
    private static final int CONFLICT = 409;

    private final Home home;
    private final Installation installation;
    private final Map<String, String> env;
    private final Progress progress;

    /** Time passing, and what is told to the user while it does. */
    public interface Progress extends InstantSource {
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
     * A live server that fits the wish, started if there is none. One that does not fit is replaced
     * only while no run is being worked on.
     *
     * @throws LocalServerException when none can be had
     */
    public Address need(Wish wish) {
        requireCovered(wish, Roots.said(env), "KINTSUGI_WORKSPACE_ROOTS names only", "add to it");
        home.make();
        try {
            boolean noted = Roots.cover(Roots.noted(home), wish.repository());
            var live = noted ? live() : null;
            if (live != null && fits(live, wish)) {
                return address(live, false);
            }
            try (var channel = openLock();
                    var _ = lock(channel)) {
                return locked(wish);
            }
        } catch (IOException e) {
            throw home.unusable(e);
        }
    }

    /** As {@link #need}, by the only one who starts servers and notes repositories here now. */
    private Address locked(Wish wish) throws IOException {
        if (wish.repository() != null && !Roots.cover(Roots.noted(home), wish.repository())) {
            Roots.note(home, wish.repository());
        }
        var live = live();
        if (live == null) {
            return address(start(wish, Roots.said(env)), true);
        }
        return fits(live, wish) ? address(live, false) : address(replace(live, wish), true);
    }

    /** Has the live server leave, whatever it does; whether there was one. */
    public boolean stop() {
        var live = alive();
        if (live == null) {
            return false;
        }
        try (var client = KintsugiClient.within(HEALTH_PATIENCE, live.uri(), key())) {
            client.shutdown();
        } catch (ApiException | LocalServerException _) {
            var process = live.process();
            if (process != null) {
                process.destroy(); // it does not answer: SIGTERM asks for the same
            }
        }
        awaitEnd(live);
        return true;
    }

    private @Nullable ServerFile alive() {
        var file = ServerFile.read(home);
        return file == null || file.process() == null ? null : file;
    }

    /**
     * The live server once it answers; null when there is none, or it leaves meanwhile. One that is
     * slow is waited for, never replaced: it may be working.
     */
    private @Nullable ServerFile live() {
        var until = progress.instant().plus(MAX_SILENCE);
        while (true) {
            var file = alive();
            if (file == null || isHealthy(file)) {
                return file;
            }
            if (progress.instant().isAfter(until)) {
                throw new LocalServerException(
                        "the server at %s (process id %d) does not answer: see %s, or end it with `kintsugi down`"
                                .formatted(file.uri(), file.pid(), home.serverLog()),
                        null);
            }
            progress.waiting("waiting for the running server to answer");
            progress.pause(POLL);
        }
    }

    private static boolean isHealthy(ServerFile file) {
        try (var client = KintsugiClient.within(HEALTH_PATIENCE, file.uri(), null)) {
            return client.isLive();
        }
    }

    private boolean fits(ServerFile live, Wish wish) {
        requireCovered(
                wish,
                live.roots(),
                "the server at %s accepts repositories only below".formatted(live.uri()),
                "run `kintsugi down` first, which lets the next server accept");
        return installation.build().equals(live.build()) && wish.isMetBy(live);
    }

    /** Where roots are fixed, nobody widens them by running a plan. */
    private static void requireCovered(Wish wish, List<Path> fixed, String who, String remedy) {
        if (!fixed.isEmpty() && !Roots.cover(fixed, wish.repository())) {
            var names = fixed.stream().map(Path::toString).collect(joining(File.pathSeparator));
            throw new LocalServerException(
                    "%s %s: %s %s".formatted(who, names, remedy, wish.repository()), null);
        }
    }

    /** Whatever can be found wrong is found before the old server is asked to leave. */
    private ServerFile replace(ServerFile live, Wish wish) throws IOException {
        requireServer();
        var next = wish.inPlaceOf(live);
        if (next.startPort() != live.port()) {
            requireFree(next.startPort());
        }
        try (var client = KintsugiClient.of(live.uri(), key())) {
            client.shutdownIfIdle();
        } catch (ApiException e) {
            throw new LocalServerException(refusal(live, e), e);
        }
        awaitEnd(live);
        var said = Roots.said(env);
        return start(next, said.isEmpty() ? live.roots() : said);
    }

    private String refusal(ServerFile live, ApiException e) {
        if (e.status() != CONFLICT) {
            return "the server at %s cannot be replaced (%s): end it with `kintsugi down`"
                    .formatted(live.uri(), e.detail());
        }
        var why =
                installation.build().equals(live.build())
                        ? "is another than was asked for"
                        : "is of another build";
        return "the server at %s %s, and runs are being worked on there: wait for them (`kintsugi runs --server %s`), or end it with `kintsugi down`, after which they go on"
                .formatted(live.uri(), why, live.uri());
    }

    private void requireFree(int port) throws IOException {
        var bind = env.getOrDefault("KINTSUGI_BIND", "127.0.0.1");
        try (var socket = new ServerSocket()) {
            socket.setReuseAddress(true); // as the server will
            socket.bind(new InetSocketAddress(bind, port));
        } catch (SocketException e) {
            throw new LocalServerException(
                    "Port %d of %s cannot be taken (%s): stop what listens there, or choose another by --port."
                            .formatted(port, bind, e.getMessage()),
                    e);
        }
    }

    private void awaitEnd(ServerFile live) {
        var until = progress.instant().plus(MAX_DRAIN);
        while (live.process() != null) {
            if (progress.instant().isAfter(until)) {
                throw new LocalServerException(
                        "the server with process id %d does not stop: end it with `kill %d`, see %s"
                                .formatted(live.pid(), live.pid(), home.serverLog()),
                        null);
            }
            progress.waiting("waiting for the running server to stop");
            progress.pause(POLL);
        }
    }

    private void requireServer() {
        if (!Files.isRegularFile(installation.serverJar())) {
            throw new LocalServerException(
                    "there is no server at %s: start kintsugi by its launcher script, or name a"
                                    .formatted(installation.serverJar())
                            + " server with --server",
                    null);
        }
    }

    private ServerFile start(Wish wish, List<Path> roots) throws IOException {
        requireServer();
        Files.deleteIfExists(home.serverFile());
        var process = ServerProcess.start(installation, home, wish, roots);
        var giveUp = new Thread(process::destroy, "give up the start");
        Runtime.getRuntime().addShutdownHook(giveUp); // Ctrl-C must not leave half a server behind
        boolean ready = false;
        try {
            var file = awaitReady(process);
            Runtime.getRuntime().removeShutdownHook(giveUp);
            ready = true;
            return file;
        } finally {
            if (!ready) {
                process.destroy();
            }
        }
    }

    private ServerFile awaitReady(Process process) {
        var until = progress.instant().plus(MAX_START);
        while (true) {
            var file = ServerFile.read(home);
            if (file != null && file.pid() == process.pid()) {
                return file;
            }
            if (!process.isAlive()) {
                throw ServerProcess.failure(home, process.exitValue());
            }
            if (progress.instant().isAfter(until)) {
                throw new LocalServerException(
                        "the server was not ready within %d s: see %s"
                                .formatted(MAX_START.toSeconds(), home.serverLog()),
                        null);
            }
            progress.waiting("starting the server");
            progress.pause(POLL);
        }
    }

    private FileChannel openLock() throws IOException {
        return FileChannel.open(
                home.startLock(), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    }

    private FileLock lock(FileChannel channel) throws IOException {
        var until = progress.instant().plus(MAX_START).plus(MAX_DRAIN);
        while (true) {
            var lock = tryLock(channel);
            if (lock != null) {
                return lock;
            }
            if (progress.instant().isAfter(until)) {
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
            throw new LocalServerException(
                    "cannot read %s (%s)".formatted(home.apiKey(), Reason.of(e)), e);
        }
    }
}
