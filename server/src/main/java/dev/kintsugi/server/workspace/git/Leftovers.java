package dev.kintsugi.server.workspace.git;

import static java.nio.file.LinkOption.NOFOLLOW_LINKS;

import dev.kintsugi.server.workspace.Checkout;
import dev.kintsugi.server.workspace.Remains;
import dev.kintsugi.server.workspace.WorkspaceException;
import dev.kintsugi.server.workspace.WorkspaceException.Code;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermission;

/**
 * What an attempt left in its checkout, looked at before git is let near it: how much it wrote, and
 * repositories that it made inside. Git would keep those as mere references, and would start
 * programs that their configuration names.
 */
final class Leftovers {
    private final Worktree worktree;
    private final FileTime since;

    private Leftovers(Worktree worktree, FileTime since) {
        this.worktree = worktree;
        this.since = since;
    }

    /** Files whose status changed since now, by the file system's own clock, are the attempt's. */
    static Leftovers since(Worktree worktree) {
        try {
            var mark = Files.writeString(worktree.gitDir().resolve("checked-out"), "");
            return new Leftovers(worktree, changed(mark));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write to " + worktree.gitDir(), e);
        }
    }

    private static FileTime changed(Path file) throws IOException {
        return (FileTime) Files.getAttribute(file, "unix:ctime", NOFOLLOW_LINKS);
    }

    /**
     * Removes the {@code .git} of repositories inside, and a lock that a killed git left behind,
     * and opens what the attempt closed to its owner.
     *
     * @throws WorkspaceException when the attempt wrote more than may be kept
     */
    void prepare() {
        var look = new Look();
        try {
            Files.walkFileTree(worktree.path(), look);
            Files.deleteIfExists(worktree.gitDir().resolve("index.lock"));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot look through " + worktree.path(), e);
        }
        if (look.written > Checkout.MAX_RESULT_BYTES) {
            throw new WorkspaceException(
                    Code.TOO_LARGE,
                    "the step left %d MiB behind, at most %d MiB are kept: remove what later steps do not need, or name its folder in 'cache'"
                            .formatted(look.written >> 20, Checkout.MAX_RESULT_BYTES >> 20));
        }
    }

    private final class Look extends SimpleFileVisitor<Path> {
        private long written;

        @Override
        public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes)
                throws IOException {
            if (worktree.caches().contains(worktree.path().relativize(folder))) {
                return FileVisitResult.SKIP_SUBTREE;
            }
            if (Remains.isClosed(folder)) {
                Remains.open(folder);
            }
            if (isDotGit(folder)) {
                Remains.delete(folder);
                return FileVisitResult.SKIP_SUBTREE;
            }
            return FileVisitResult.CONTINUE;
        }

        @Override
        public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
                throws IOException {
            if (isDotGit(file)) {
                Files.delete(file);
            } else if (attributes.isRegularFile() && changed(file).compareTo(since) >= 0) {
                written += attributes.size();
                if (!Files.isReadable(file)) {
                    var modes = Files.getPosixFilePermissions(file, NOFOLLOW_LINKS);
                    modes.add(PosixFilePermission.OWNER_READ);
                    Files.setPosixFilePermissions(file, modes);
                }
            }
            return FileVisitResult.CONTINUE;
        }

        @Override
        public FileVisitResult visitFileFailed(Path path, IOException failure) throws IOException {
            if (!Remains.isClosed(path)) {
                throw failure;
            }
            Remains.open(path);
            Files.walkFileTree(path, this);
            return FileVisitResult.CONTINUE;
        }

        /** The checkout's own is ours, and git is told not to look at it. */
        private boolean isDotGit(Path path) {
            return path.getFileName().toString().equalsIgnoreCase(".git")
                    && !path.equals(worktree.path().resolve(path.getFileName()));
        }
    }
}
