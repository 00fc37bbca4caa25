package dev.kintsugi.server.workspace.git;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.kintsugi.client.secret.Redactor;
import dev.kintsugi.server.workspace.Checkout;
import dev.kintsugi.server.workspace.Remains;
import dev.kintsugi.server.workspace.WorkspaceException;
import dev.kintsugi.server.workspace.WorkspaceException.Code;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The checkout of one lease. Not for several threads. */
final class WorktreeCheckout implements Checkout {
    private final GitCheckouts checkouts;
    private final LeasedRemote remote;
    private final Worktree worktree;
    private final long checkoutMillis;
    private final Leftovers leftovers;
    private boolean isPassed;
    private boolean isKept;
    private boolean isClosed;

    WorktreeCheckout(
            GitCheckouts checkouts, LeasedRemote remote, Worktree worktree, long checkoutMillis) {
        this.checkouts = checkouts;
        this.remote = remote;
        this.worktree = worktree;
        this.checkoutMillis = checkoutMillis;
        this.leftovers = Leftovers.since(worktree);
    }

    @Override
    public Path path() {
        return worktree.path();
    }

    @Override
    public Path repository() {
        return worktree.repository();
    }

    @Override
    public long checkoutMillis() {
        return checkoutMillis;
    }

    @Override
    public String capture(Redactor secrets) throws InterruptedException {
        if (!Folders.isFolder(path())) {
            throw new WorkspaceException(
                    Code.UNSUPPORTED,
                    "the attempt removed its own checkout: nothing is left of it");
        }
        leftovers.prepare();
        var everything = tree("--force");
        var inputTracked = tracked(worktree.input().commit());
        // Keeps what git knows of the files that the input has, so that they are not read again.
        place().must(Git.LOCAL, "read-tree", "-m", inputTracked);
        var visible = tree();
        refuseSecrets(inputTracked, visible, secrets);
        var title = AttemptName.title(remote.leased().task());
        var tracked = commit(visible, inputTracked, title);
        var full = commit(everything, tracked, Snapshot.MARK + title);
        remote.push(worktree.repository(), full);
        return full;
    }

    /** What is ignored stays with the run; the rest is what patches and deliveries show. */
    private void refuseSecrets(String before, String tree, Redactor secrets) {
        try {
            var path = Revelations.first(worktree.repository(), before, tree, secrets);
            if (path.isPresent()) {
                throw new WorkspaceException(
                        Code.SECRET_REVEALED,
                        "the step left a secret's value in %s, which would be committed: do not write it there, or have git ignore the file"
                                .formatted(secrets.redact(path.get())));
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read what " + path() + " holds", e);
        }
    }

    private String tree(String... options) throws InterruptedException {
        var command = new ArrayList<>(List.of("add", "--all"));
        command.addAll(List.of(options));
        command.addAll(List.of("--", "."));
        for (var cache : worktree.caches()) {
            if (!WarmFolders.isBehindLink(path(), cache)) { // git knows nothing behind a link
                command.add(":(top,exclude,literal)" + cache);
            }
        }
        place().must(Git.LOCAL, command.toArray(String[]::new));
        return place().must(Git.LOCAL, "write-tree");
    }

    /** As {@link Snapshot#of} tells it. */
    private String tracked(String commit) throws InterruptedException {
        var parents = place().must(Git.LOCAL, "show", "--no-patch", "--format=%P", commit);
        var message = place().must(Git.LOCAL, "show", "--no-patch", "--format=%B", commit);
        var isMarked = message.startsWith(Snapshot.MARK);
        return isMarked && !parents.isEmpty() && !parents.contains(" ") ? parents : commit;
    }

    private String commit(String tree, String parent, String message) throws InterruptedException {
        var date = checkouts.clock().instant().getEpochSecond() + " +0000";
        var place =
                place().with("GIT_AUTHOR_NAME", Snapshot.AUTHOR)
                        .with("GIT_AUTHOR_EMAIL", Snapshot.EMAIL)
                        .with("GIT_AUTHOR_DATE", date)
                        .with("GIT_COMMITTER_NAME", Snapshot.AUTHOR)
                        .with("GIT_COMMITTER_EMAIL", Snapshot.EMAIL)
                        .with("GIT_COMMITTER_DATE", date);
        String[] command = {"commit-tree", tree, "-p", parent};
        var said = place.run(Git.LOCAL, message.getBytes(UTF_8), command);
        if (!said.ok()) {
            throw Git.failed(said, command);
        }
        return said.text().strip();
    }

    /** Never by the checkout's own .git, which the step may have replaced. */
    private Git.Place place() throws InterruptedException {
        return checkouts
                .git()
                .at(worktree.path())
                .with("GIT_DIR", worktree.gitDir().toString())
                .with("GIT_WORK_TREE", worktree.path().toString());
    }

    @Override
    public void pass() {
        isPassed = true;
    }

    @Override
    public void keep() {
        isKept = true;
    }

    @Override
    public void close() {
        if (isClosed) {
            return;
        }
        isClosed = true;
        if (isKept) {
            dropCaches();
            checkouts.keep(path());
            return;
        }
        if (isPassed) {
            for (var cache : worktree.caches()) {
                checkouts
                        .warm()
                        .moveOut(remote.leased().task(), worktree.input().source(), path(), cache);
            }
        }
        checkouts.remove(path(), worktree.gitDir());
    }

    private void dropCaches() {
        for (var cache : worktree.caches()) {
            try {
                if (WarmFolders.isThere(path(), cache)) {
                    Remains.delete(path().resolve(cache));
                }
            } catch (IOException e) {
                throw new UncheckedIOException("cannot delete " + cache + " of " + path(), e);
            }
        }
    }
}
