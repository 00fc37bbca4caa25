package dev.kintsugi.server.workspace.git;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.kintsugi.server.workspace.WorkspaceException;
import dev.kintsugi.server.workspace.WorkspaceException.Code;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/**
 * Runs C git in an environment of its own: no configuration of the machine or the user, no hooks,
 * no prompts, no protocols that start programs. Safe for many threads.
 */
final class Git {
    /** Longest that a command that only works on local files may take. */
    static final Duration LOCAL = Duration.ofMinutes(5);

    /** Longest that a command that talks to a remote may take. */
    static final Duration NETWORK = Duration.ofMinutes(15);

    /** Most that is kept of what a command says, in bytes. */
    static final int MAX_OUTPUT_BYTES = 8 * 1024 * 1024;

    private static final int MIN_MAJOR = 2;
    private static final int MIN_MINOR = 30;
    private static final Pattern VERSION = Pattern.compile("git version (\\d+)\\.(\\d+)");

    /** What reaching a remote may need of the server's own environment. */
    private static final List<String> PASSED_ON =
            List.of(
                    "SSH_AUTH_SOCK",
                    "http_proxy",
                    "https_proxy",
                    "HTTPS_PROXY",
                    "no_proxy",
                    "NO_PROXY",
                    "SSL_CERT_FILE",
                    "SSL_CERT_DIR");

    // The roots and hosts that the operator names say which repositories are trusted, so their
    // owner need not be the server's user. Kept in a file because `git fetch PATH` hides -c
    // settings from the process that reads the source.
    private static final String CONFIG =
            """
            [safe]
            \tdirectory = *
            [core]
            \thooksPath = /dev/null
            \tfsmonitor = false
            \tlogAllRefUpdates = false
            [protocol]
            \tallow = never
            [protocol "file"]
            \tallow = always
            [protocol "http"]
            \tallow = always
            [protocol "https"]
            \tallow = always
            [protocol "ssh"]
            \tallow = always
            [http]
            \tfollowRedirects = false
            [gc]
            \tauto = 0
            [maintenance]
            \tauto = false
            [advice]
            \tdetachedHead = false
            """;

    private static final Executor READERS = Thread.ofVirtual().name("git-output-", 0)::start;

    private final Path configHome;

    private Git(Path configHome) {
        this.configHome = configHome;
    }

    /**
     * Git with its configuration in a folder of ours.
     *
     * @throws WorkspaceException when git is missing or older than 2.30
     */
    static Git in(Path home) throws InterruptedException {
        var git = new Git(home.resolve("git"));
        try {
            Files.createDirectories(git.configHome);
            var temporary = Files.createTempFile(git.configHome, "config", "");
            Files.writeString(temporary, CONFIG);
            Files.move(
                    temporary,
                    git.configFile(),
                    java.nio.file.StandardCopyOption.REPLACE_EXISTING,
                    java.nio.file.StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write " + git.configFile(), e);
        }
        git.requireVersion();
        return git;
    }

    private Path configFile() {
        return configHome.resolve(".gitconfig");
    }

    private void requireVersion() throws InterruptedException {
        var said = at(configHome).run(LOCAL, "version").text();
        var version = VERSION.matcher(said);
        if (!version.find() || isTooOld(version.group(1), version.group(2))) {
            throw new WorkspaceException(
                    Code.GIT_MISSING,
                    "git 2.30 or newer is needed, but the PATH has '%s': install a newer git"
                            .formatted(said.strip()));
        }
    }

    private static boolean isTooOld(String major, String minor) {
        var number = Integer.parseInt(major);
        return number < MIN_MAJOR || (number == MIN_MAJOR && Integer.parseInt(minor) < MIN_MINOR);
    }

    /** Git started in a folder. */
    Place at(Path folder) {
        return new Place(folder, Map.of());
    }

    /** Git working on a repository, wherever the process stands. */
    Place on(Path gitDir) {
        return new Place(gitDir, Map.of("GIT_DIR", gitDir.toString()));
    }

    /** What a command said. */
    record Said(int exitCode, byte[] output, String error) {
        boolean ok() {
            return exitCode == 0;
        }

        String text() {
            return new String(output, UTF_8);
        }
    }

    /** Where git runs, and with which variables besides the usual ones. */
    final class Place {
        private final Path folder;
        private final Map<String, String> variables;

        private Place(Path folder, Map<String, String> variables) {
            this.folder = folder;
            this.variables = variables;
        }

        Place with(String name, String value) {
            var more = new java.util.TreeMap<>(variables);
            more.put(name, value);
            return new Place(folder, more);
        }

        /** The remote may be anywhere: proxies and keys of the server's environment count. */
        Place reachingOut() {
            var place = with("GIT_SSH_COMMAND", "ssh -oBatchMode=yes");
            for (var name : PASSED_ON) {
                var value = System.getenv(name);
                if (value != null) {
                    place = place.with(name, value);
                }
            }
            return place;
        }

        /** Runs a command that has to work, and gives its trimmed output. */
        String must(Duration limit, String... arguments) throws InterruptedException {
            var said = run(limit, arguments);
            if (!said.ok()) {
                throw failed(said, arguments);
            }
            return said.text().strip();
        }

        Said run(Duration limit, String... arguments) throws InterruptedException {
            return run(limit, new byte[0], arguments);
        }

        Said run(Duration limit, byte[] input, String... arguments) throws InterruptedException {
            var command = new ArrayList<String>();
            command.add("git");
            command.addAll(List.of(arguments));
            var process = start(command);
            try {
                var output = reading(process.getInputStream());
                var error = reading(process.getErrorStream());
                try (var stdin = process.getOutputStream()) {
                    stdin.write(input);
                } catch (IOException e) {
                    // git ended without reading it all: its exit code tells
                }
                if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
                    throw new WorkspaceException(
                            Code.GIT_FAILED,
                            "git %s did not end within %s".formatted(arguments[0], limit));
                }
                var text = new String(error.join(), UTF_8).strip();
                return new Said(process.exitValue(), output.join(), text);
            } finally {
                process.descendants().forEach(ProcessHandle::destroyForcibly);
                process.destroyForcibly();
            }
        }

        private Process start(List<String> command) {
            var builder = new ProcessBuilder(command).directory(folder.toFile());
            var environment = builder.environment();
            var path = environment.getOrDefault("PATH", "/usr/local/bin:/usr/bin:/bin");
            environment.clear();
            environment.put("PATH", path);
            environment.put("LC_ALL", "C");
            environment.put("HOME", configHome.toString());
            environment.put("XDG_CONFIG_HOME", configHome.toString());
            environment.put("GIT_CONFIG_NOSYSTEM", "1");
            environment.put("GIT_CONFIG_GLOBAL", configFile().toString());
            environment.put("GIT_ATTR_NOSYSTEM", "1");
            environment.put("GIT_TERMINAL_PROMPT", "0");
            environment.put("GIT_OPTIONAL_LOCKS", "0");
            environment.putAll(variables);
            try {
                return builder.start();
            } catch (IOException e) {
                throw new WorkspaceException(
                        Code.GIT_MISSING,
                        "git cannot be started in %s: install git 2.30 or newer and have it on the"
                                        .formatted(folder)
                                + " PATH of the server",
                        e);
            }
        }
    }

    /** A command that failed, as an error that names it and what it said last. */
    static WorkspaceException failed(Said said, String... arguments) {
        var lines = said.error().lines().filter(line -> !line.isBlank()).toList();
        var last = lines.isEmpty() ? "it said nothing" : String.join("; ", tail(lines));
        return new WorkspaceException(
                Code.GIT_FAILED,
                "git %s failed with exit code %d: %s"
                        .formatted(arguments[0], said.exitCode(), last));
    }

    private static List<String> tail(List<String> lines) {
        return lines.subList(Math.max(0, lines.size() - 3), lines.size());
    }

    private static CompletableFuture<byte[]> reading(InputStream stream) {
        return CompletableFuture.supplyAsync(
                () -> {
                    try (stream) {
                        var kept = stream.readNBytes(MAX_OUTPUT_BYTES);
                        stream.transferTo(java.io.OutputStream.nullOutputStream());
                        return kept;
                    } catch (IOException e) {
                        return new byte[0];
                    }
                },
                READERS);
    }
}
