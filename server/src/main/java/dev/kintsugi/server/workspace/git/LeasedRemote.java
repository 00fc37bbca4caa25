package dev.kintsugi.server.workspace.git;

import dev.kintsugi.client.task.LeasedTask;
import dev.kintsugi.server.workspace.ServerGit;
import dev.kintsugi.server.workspace.WorkspaceException;
import dev.kintsugi.server.workspace.WorkspaceException.Code;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The server's repository of a run, as the holder of a lease reaches it. */
final class LeasedRemote {
    private final Git git;
    private final ServerGit server;
    private final LeasedTask leased;

    LeasedRemote(Git git, ServerGit server, LeasedTask leased) {
        this.git = git;
        this.server = server;
        this.leased = leased;
    }

    LeasedTask leased() {
        return leased;
    }

    /** Fetches a commit and keeps a ref to it, so that the next fetch is a small one. */
    void fetch(Path repository, String commit) throws InterruptedException {
        talk(
                repository,
                "fetch",
                "--quiet",
                "--no-tags",
                "--no-write-fetch-head",
                url(),
                "+" + commit + ":refs/held/" + commit);
    }

    /** Pushes a commit as the attempt's result. */
    void push(Path repository, String commit) throws InterruptedException {
        var ref = AttemptName.ref(leased.task());
        talk(repository, "push", "--quiet", "--no-verify", url(), "+" + commit + ":" + ref);
    }

    private String url() {
        return server.of(leased.task().run()).toString();
    }

    private void talk(Path repository, String... command) throws InterruptedException {
        var credentials = credentials();
        try {
            var arguments = new ArrayList<>(List.of("-c", "include.path=" + credentials));
            arguments.addAll(List.of(command));
            var said = git.on(repository).run(Git.NETWORK, arguments.toArray(String[]::new));
            if (!said.ok()) {
                throw explained(said, command);
            }
        } finally {
            delete(credentials);
        }
    }

    private WorkspaceException explained(Git.Said said, String... command) {
        if (said.error().contains("error: 403")
                || said.error().contains("lease is no longer current")) {
            return InputClient.stale(leased);
        }
        if (said.error().contains("Pack exceeds the limit")) {
            return new WorkspaceException(
                    Code.TOO_LARGE, "the result is larger than the server takes");
        }
        return Git.failed(said, command);
    }

    /** In a file that only we can read: arguments can be read by every process of the machine. */
    private Path credentials() {
        try {
            var file = Files.createTempFile("kintsugi-lease", ".config");
            Files.writeString(
                    file,
                    "[http]\n\textraHeader = \"%s: %s\"\n".formatted(LeaseHeader.NAME, header()));
            return file;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write a temporary file", e);
        }
    }

    private String header() {
        return new LeaseHeader(leased.lease(), server.proof().apply(leased.lease())).text();
    }

    private static void delete(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot delete " + file, e);
        }
    }
}
