package dev.kintsugi.server.workspace.git;

import dev.kintsugi.server.workspace.Remains;
import dev.kintsugi.server.workspace.RunRepository;
import dev.kintsugi.server.workspace.WorkspaceException;
import dev.kintsugi.server.workspace.WorkspaceException.Code;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import org.eclipse.jgit.errors.MissingObjectException;
import org.eclipse.jgit.lib.AnyObjectId;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.Ref;
import org.eclipse.jgit.lib.RefUpdate.Result;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.storage.file.FileRepositoryBuilder;

/**
 * The folders of the server's repositories: one bare repository per run, and one mirror per tenant
 * and source, whose objects the runs borrow. Nothing in them is ever collected as garbage, so a
 * commit without a ref is safe.
 */
final class Store {
    /** Set last: a repository that has it is complete. */
    static final String BASE_REF = "refs/kintsugi-source/base";

    /** What the base was taken out of, where the workspace is only a folder of the source. */
    static final String WHOLE_REF = "refs/kintsugi-source/whole";

    private static final Set<Result> SET =
            EnumSet.of(Result.NEW, Result.FORCED, Result.FAST_FORWARD, Result.NO_CHANGE);

    private final Path home;

    Store(Path home) {
        Jgit.keepToItself();
        this.home = home;
    }

    Path repositories() {
        return home.resolve("repositories");
    }

    Path mirrors() {
        return home.resolve("mirrors");
    }

    Path folder(RunRepository run) {
        return repositories().resolve(run.tenant()).resolve(run.run() + ".git");
    }

    Path mirror(String tenant, String sourceId) {
        return mirrors().resolve(tenant).resolve(sourceId + ".git");
    }

    /** Where a repository says whose objects it borrows; written when its run is prepared. */
    static Path alternates(Path gitDir) {
        return gitDir.resolve("objects/info/alternates");
    }

    /** Touched whenever a mirror is fetched into. */
    static Path used(Path mirror) {
        return mirror.resolve("kintsugi-used");
    }

    /**
     * Opens a run's repository; the caller closes it.
     *
     * @throws WorkspaceException when the run has none
     */
    Repository open(RunRepository run) {
        var folder = folder(run);
        if (!Files.isDirectory(folder)) {
            throw new WorkspaceException(
                    Code.NOT_A_REPOSITORY,
                    "run %s has no repository: it was never prepared, or was removed"
                            .formatted(run.run()));
        }
        try {
            StaleLocks.clearOnce(folder);
            return open(folder);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot open " + folder, e);
        }
    }

    static Repository open(Path gitDir) throws IOException {
        return new FileRepositoryBuilder()
                .setGitDir(gitDir.toFile())
                .setBare()
                .setMustExist(true)
                .build();
    }

    /**
     * Makes an empty bare repository, unless it is there: as a whole or, when the process is killed
     * meanwhile, not at all. Called by one at a time.
     */
    static void create(Path gitDir) throws IOException {
        if (Files.exists(gitDir.resolve("HEAD"))) {
            StaleLocks.clearOnce(gitDir);
            return;
        }
        var fresh = gitDir.resolveSibling(gitDir.getFileName() + ".new");
        Remains.delete(fresh);
        try (var repository =
                new FileRepositoryBuilder().setGitDir(fresh.toFile()).setBare().build()) {
            repository.create(true);
            var config = repository.getConfig();
            config.setInt("core", null, "compression", 0);
            config.setInt("gc", null, "auto", 0);
            config.setBoolean("receive", null, "autogc", false);
            config.save();
        }
        Files.createDirectories(fresh.resolve("objects/info"));
        Remains.delete(gitDir);
        Files.move(fresh, gitDir, StandardCopyOption.ATOMIC_MOVE);
    }

    /** What a ref points at. */
    static Optional<ObjectId> read(Repository repository, String name) throws IOException {
        return Optional.ofNullable(repository.exactRef(name)).map(Ref::getObjectId);
    }

    /** Sets a ref, whatever it pointed at. */
    static void point(Repository repository, String name, AnyObjectId commit) throws IOException {
        var result = update(repository, name, commit);
        if (!SET.contains(result)) {
            throw new IOException("cannot set %s: %s".formatted(name, result));
        }
    }

    /** Sets a ref that everybody who sets it sets to the same, so that one of them is enough. */
    static void remember(Repository repository, String name, AnyObjectId commit)
            throws IOException {
        var result = update(repository, name, commit);
        if (result != Result.LOCK_FAILURE && !SET.contains(result)) {
            throw new IOException("cannot set %s: %s".formatted(name, result));
        }
    }

    private static Result update(Repository repository, String name, AnyObjectId commit)
            throws IOException {
        var update = repository.updateRef(name);
        update.setNewObjectId(commit);
        update.disableRefLog();
        return update.forceUpdate();
    }

    /** A full commit id that people or workers gave. */
    static ObjectId id(String commit) {
        if (!ObjectId.isId(commit)) {
            throw new IllegalArgumentException(
                    "commit must be 40 hexadecimal digits, was '%s'".formatted(commit));
        }
        return ObjectId.fromString(commit);
    }

    /** Work on a repository that may fail as files do. */
    @FunctionalInterface
    interface Use<T> {
        T on(Repository repository) throws IOException;
    }

    /** Opens the run's repository for one use. */
    <T> T with(RunRepository run, Use<T> use) {
        try (var repository = open(run)) {
            return use.on(repository);
        } catch (MissingObjectException e) {
            throw new WorkspaceException(
                    Code.UNKNOWN_REF,
                    "commit %s is not in the repository of run %s"
                            .formatted(e.getObjectId().name(), run.run()),
                    e);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot work on " + folder(run), e);
        }
    }
}
