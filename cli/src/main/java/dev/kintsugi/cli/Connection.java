package dev.kintsugi.cli;

import dev.kintsugi.cli.local.LocalServer;
import dev.kintsugi.cli.local.Reason;
import dev.kintsugi.cli.local.Wish;
import dev.kintsugi.client.api.KintsugiClient;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.time.Duration;
import java.time.Instant;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Finds the server that the user means, or starts one. */
final class Connection {
    /** Waiting shorter than this is not worth a word. */
    private static final Duration QUIET = Duration.ofMillis(700);

    /**
     * This machine, as addresses write it: what is matched may be given the key kept here, so a
     * name such as {@code 127.evil.example} must not be.
     */
    private static final Pattern HERE =
            Pattern.compile("localhost|127(\\.(25[0-5]|2[0-4]\\d|1?\\d?\\d)){3}|\\[::1]");

    private Connection() {}

    static KintsugiClient open(Shell shell, ServerOptions options) {
        return open(shell, options, Wish.any(null));
    }

    static KintsugiClient open(Shell shell, ServerOptions options, Wish wish) {
        var remote = remote(shell, options);
        if (remote != null) {
            return KintsugiClient.of(remote, remoteKey(shell, remote));
        }
        var address = local(shell).need(wish);
        return KintsugiClient.of(address.uri(), address.key());
    }

    /** The server that the user named; null for the one on this machine. */
    static @Nullable URI remote(Shell shell, ServerOptions options) {
        var named = options.server == null ? shell.env().get("KINTSUGI_SERVER") : options.server;
        if (named == null || named.isBlank()) {
            return null;
        }
        try {
            var uri = URI.create(named);
            if (uri.getHost() != null
                    && ("http".equals(uri.getScheme()) || "https".equals(uri.getScheme()))) {
                return uri;
            }
        } catch (IllegalArgumentException _) {
            // said below
        }
        throw new CommandException(
                ExitCode.BAD_INPUT,
                "--server must be like http://host:8787, was \"%s\"".formatted(named));
    }

    static String remoteKey(Shell shell, URI server) {
        var key = shell.env().get("KINTSUGI_API_KEY");
        if (key != null && !key.isBlank()) {
            return key.strip();
        }
        var file = shell.home().apiKey();
        if (HERE.matcher(server.getHost()).matches() && Files.isReadable(file)) {
            try {
                return Files.readString(file).strip();
            } catch (IOException e) {
                throw new CommandException(
                        ExitCode.ENVIRONMENT, "cannot read %s (%s)".formatted(file, Reason.of(e)));
            }
        }
        throw new CommandException(
                ExitCode.ENVIRONMENT,
                "set KINTSUGI_API_KEY to your tenant's key for %s".formatted(server));
    }

    /**
     * The server on this machine, for commands that mean no other.
     *
     * @throws CommandException when the user has named another by {@code KINTSUGI_SERVER}
     */
    static LocalServer onlyLocal(Shell shell, String command) {
        var named = shell.env().getOrDefault("KINTSUGI_SERVER", "");
        if (!named.isBlank()) {
            throw new CommandException(
                    ExitCode.BAD_INPUT,
                    "`%s` is about the server on this machine, but KINTSUGI_SERVER names %s: unset it"
                            .formatted(command, named));
        }
        return local(shell);
    }

    private static LocalServer local(Shell shell) {
        return new LocalServer(
                shell.home(), shell.installation(), shell.env(), new Patience(shell));
    }

    /** Tells what is waited for, once it takes long enough to be noticed. */
    private static final class Patience implements LocalServer.Progress {
        private final Shell shell;
        private @Nullable Instant since;
        private String said = "";

        Patience(Shell shell) {
            this.shell = shell;
        }

        @Override
        public void waiting(String what) {
            if (since == null) {
                since = shell.world().instant();
            }
            boolean long_ = !shell.world().instant().isBefore(since.plus(QUIET));
            if (long_ && !said.equals(what)) {
                said = what;
                shell.warn(what + " …");
            }
        }

        @Override
        public void pause(Duration time) {
            shell.world().pause(time);
        }

        @Override
        public Instant instant() {
            return shell.world().instant();
        }
    }
}
