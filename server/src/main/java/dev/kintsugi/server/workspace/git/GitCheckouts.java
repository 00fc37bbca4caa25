package dev.kintsugi.server.workspace.git;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.nio.file.LinkOption.NOFOLLOW_LINKS;

import dev.kintsugi.client.task.LeasedTask;
import dev.kintsugi.server.workspace.Checkout;
import dev.kintsugi.server.workspace.Checkouts;
import dev.kintsugi.server.workspace.Freed;
import dev.kintsugi.server.workspace.Remains;
import dev.kintsugi.server.workspace.RunRepository;
import dev.kintsugi.server.workspace.ServerGit;
import dev.kintsugi.server.workspace.WorkspaceException;
import dev.kintsugi.server.workspace.WorkspaceException.Code;
import dev.kintsugi.server.workspace.git.CheckoutRetention.Kept;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A worker's checkouts, as worktrees of a repository per run that fetches from the server. Below
 * {@code checkouts/<run>} lie that repository and a folder per step and lease.
 */
public final class GitCheckouts implements Checkouts {
    /** No step's name begins with a dot. */
    private static final String REPOSITORY = ".repository";

    /** How long a run's repository is kept after the last checkout was made and none is left. */
    private static final Duration IDLE = Duration.ofDays(1);

    /** Most folders that one lease may leave behind. */
    private static final int MAX_FOLDERS = 100;

    private static final Logger log = LoggerFactory.getLogger(GitCheckouts.class);

    private final Path home;
    private final Path folder;
    private final WarmFolders warm;
    private final InstantSource clock;
    private final InputClient client = new InputClient();
    private final Stripes runs = new Stripes();
    private final Set<Path> open = ConcurrentHashMap.newKeySet();
    private @Nullable Git git;

    private GitCheckouts(Path home, InstantSource clock) {
        this.home = home;
        this.folder = home.resolve("checkouts");
        this.warm = new WarmFolders(home.resolve("caches"), clock);
        this.clock = clock;
    }

    /** Checkouts below a worker's home. Git is looked for when the first one is opened. */
    public static Checkouts in(Path home, InstantSource clock) {
        Jgit.keepToItself();
        return new GitCheckouts(home, clock);
    }

    @Override
    public Checkout open(LeasedTask leased, ServerGit server) throws InterruptedException {
        var started = clock.instant();
        var task = leased.task();
        var run = folder.resolve(RunRepository.of(task).run());
        var step = run.resolve(AttemptName.step(task));
        var caches = WarmFolders.named(task);
        var reply = client.ask(server, leased);
        var remote = new LeasedRemote(git(), server, leased);
        var repository = run.resolve(REPOSITORY);
        var path = free(step, AttemptName.folder(leased));
        Path gitDir = null;
        try {
            gitDir = addWorktree(repository, path, reply.commit(), remote);
            git().on(gitDir)
                    .with("GIT_WORK_TREE", path.toString())
                    .must(Git.LOCAL, "read-tree", "--reset", "-u", "HEAD");
            for (var cache : caches) {
                warm.moveIn(task, reply.source(), path, cache);
            }
            var base = new Worktree(path, repository, gitDir, reply, caches);
            var millis = Duration.between(started, clock.instant()).toMillis();
            return new WorktreeCheckout(this, remote, base, millis);
        } catch (RuntimeException | InterruptedException e) {
            remove(path, gitDir);
            throw e;
        }
    }

    /** A lease that checks out again, for another scratch run, gets another folder. */
    private Path free(Path step, String name) {
        for (var number = 1; number <= MAX_FOLDERS; number++) {
            var path = step.resolve(number == 1 ? name : name + "." + number);
            if (open.add(path)) {
                if (!Files.exists(path, NOFOLLOW_LINKS)) {
                    return path;
                }
                open.remove(path);
            }
        }
        throw new WorkspaceException(
                Code.UNSUPPORTED,
                "%s holds %d checkouts of one lease: delete them".formatted(step, MAX_FOLDERS));
    }

    /** The run's repository may be swept at the same time, so this is done under its lock. */
    private Path addWorktree(Path repository, Path path, String commit, LeasedRemote remote)
            throws InterruptedException {
        try (var _ = runs.hold(repository)) {
            Store.create(repository);
            Files.setLastModifiedTime(repository, FileTime.from(clock.instant()));
            var place = git().on(repository);
            if (!place.run(Git.LOCAL, "cat-file", "-e", commit + "^{commit}").ok()) {
                remote.fetch(repository, commit);
            }
            Files.createDirectories(path.getParent());
            place.must(
                    Git.LOCAL,
                    "worktree",
                    "add",
                    "--quiet",
                    "--detach",
                    "--no-checkout",
                    path.toString(),
                    commit);
            // Read now: later the file is the step's, and may say anything.
            var link = Files.readString(path.resolve(".git"), UTF_8).strip();
            return Path.of(link.substring("gitdir: ".length()));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot make checkout " + path, e);
        }
    }

    synchronized Git git() throws InterruptedException {
        if (git == null) {
            git = Git.in(home);
        }
        return git;
    }

    WarmFolders warm() {
        return warm;
    }

    InstantSource clock() {
        return clock;
    }

    /** Leaves a checkout to the sweep. */
    void keep(Path path) {
        try {
            Files.setLastModifiedTime(path, FileTime.from(clock.instant()));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot keep " + path, e);
        } finally {
            open.remove(path);
        }
    }

    void remove(Path path, @Nullable Path gitDir) {
        try {
            Remains.delete(path);
            if (gitDir != null) {
                Remains.delete(gitDir);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot delete checkout " + path, e);
        } finally {
            open.remove(path);
        }
    }

    @Override
    public Freed sweep(Predicate<String> isGone, boolean dry) {
        var freed = Freed.NOTHING;
        try {
            for (var doomed : doomed(isGone)) {
                if (dry || attempt("delete", doomed.folder(), () -> delete(doomed.folder()))) {
                    freed = freed.plus(doomed.bytes());
                }
            }
            for (var run : dry ? List.<Path>of() : Folders.in(folder)) {
                attempt("tidy", run, () -> tidy(run));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot sweep " + folder, e);
        }
        return freed;
    }

    private static void delete(Path path) throws IOException {
        Remains.delete(path);
    }

    private List<Kept> doomed(Predicate<String> isGone) throws IOException {
        var doomed = new ArrayList<Kept>();
        var kept = new ArrayList<Kept>();
        for (var run : Folders.in(folder)) {
            var ofRun = kept(run);
            var isDoomed = !ofRun.isEmpty() && isGone.test(run.getFileName().toString());
            (isDoomed ? doomed : kept).addAll(ofRun);
        }
        doomed.addAll(CheckoutRetention.sweep(kept, clock.instant()));
        return doomed;
    }

    @Override
    public Freed sweepCaches(boolean dry) {
        try {
            return warm.sweep(dry);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot sweep " + home.resolve("caches"), e);
        }
    }

    /** Part of a sweep, of which one failing must not stop the others. */
    @FunctionalInterface
    private interface Part {
        void run() throws IOException, InterruptedException;
    }

    private static boolean attempt(String what, Path path, Part part) throws InterruptedException {
        try {
            part.run();
            return true;
        } catch (IOException | UncheckedIOException e) {
            log.warn("cannot {} {}: {}", what, path, e.toString());
            return false;
        }
    }

    private List<Kept> kept(Path run) throws IOException {
        var kept = new ArrayList<Kept>();
        for (var step : Folders.in(run)) {
            if (step.endsWith(REPOSITORY)) {
                continue;
            }
            for (var path : Folders.in(step)) {
                if (!open.contains(path) && Files.exists(path, NOFOLLOW_LINKS)) {
                    var since = Files.getLastModifiedTime(path, NOFOLLOW_LINKS).toInstant();
                    kept.add(new Kept(path, since, Folders.bytes(path)));
                }
            }
        }
        return kept;
    }

    private void tidy(Path run) throws IOException, InterruptedException {
        var repository = run.resolve(REPOSITORY);
        try (var _ = runs.hold(repository)) {
            var isEmpty = true;
            for (var step : Folders.in(run)) {
                if (!step.endsWith(REPOSITORY) && !Folders.in(step).isEmpty()) {
                    isEmpty = false;
                } else if (!step.endsWith(REPOSITORY)) {
                    Files.deleteIfExists(step);
                }
            }
            if (!Files.exists(repository)) {
                return;
            }
            prune(repository);
            var used = Files.getLastModifiedTime(repository).toInstant();
            if (isEmpty && used.isBefore(clock.instant().minus(IDLE))) {
                Remains.delete(run);
            }
        }
    }

    /** Deletes git's notes about checkouts that are gone, as {@code git worktree prune} would. */
    private static void prune(Path repository) throws IOException {
        for (var notes : Folders.in(repository.resolve("worktrees"))) {
            var link = notes.resolve("gitdir");
            var checkout =
                    Files.exists(link) ? Path.of(Files.readString(link).strip()).getParent() : null;
            if (checkout == null || !Files.exists(checkout, NOFOLLOW_LINKS)) {
                Remains.delete(notes);
            }
        }
    }
}
