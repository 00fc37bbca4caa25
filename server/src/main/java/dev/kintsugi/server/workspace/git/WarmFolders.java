package dev.kintsugi.server.workspace.git;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.nio.file.LinkOption.NOFOLLOW_LINKS;

import dev.kintsugi.client.task.Task;
import dev.kintsugi.server.workspace.Freed;
import dev.kintsugi.server.workspace.Remains;
import dev.kintsugi.server.workspace.WorkspaceException;
import dev.kintsugi.server.workspace.WorkspaceException.Code;
import dev.kintsugi.server.workspace.git.CheckoutRetention.Kept;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Folders that steps name in {@code cache}, kept between attempts: one per tenant, source, step and
 * name. An attempt takes it by renaming, so no two ever share one; who finds it taken begins with
 * an empty one. Only an attempt that succeeded gives it back: what a failed one left may be why it
 * failed.
 */
final class WarmFolders {
    private static final Logger log = LoggerFactory.getLogger(WarmFolders.class);
    private static final int LEVELS = 4;

    private final Path home;
    private final InstantSource clock;

    WarmFolders(Path home, InstantSource clock) {
        this.home = home;
        this.clock = clock;
    }

    /**
     * The folders a step names, relative to its checkout.
     *
     * @throws WorkspaceException when one lies outside of it
     */
    static List<Path> named(Task task) {
        var step = task.definition();
        var folders = new ArrayList<Path>();
        for (var name : step == null ? List.<String>of() : step.cache()) {
            var folder = Path.of(name).normalize();
            if (folder.isAbsolute()
                    || folder.startsWith("..")
                    || folder.toString().isEmpty()
                    || folder.startsWith(".git")) {
                throw new WorkspaceException(
                        Code.NOT_ALLOWED,
                        "cache: '%s' must name a folder inside the checkout".formatted(name));
            }
            folders.add(folder);
        }
        return List.copyOf(folders);
    }

    /** Moves the warm folder in, when it is free and the checkout has nothing there. */
    void moveIn(Task task, String source, Path checkout, Path name) {
        var target = checkout.resolve(name);
        var warm = warm(task, source, name);
        try {
            if (Folders.isFolder(warm)
                    && !Files.exists(target, NOFOLLOW_LINKS)
                    && makeParents(checkout, name)) {
                Files.move(warm, target, StandardCopyOption.ATOMIC_MOVE);
            }
        } catch (NoSuchFileException e) {
            // another attempt was first
        } catch (IOException e) {
            log.warn("cannot warm {} of {}: {}", name, task.key(), e.toString());
        }
    }

    /** Takes the folder out of a checkout that is done with; another's stays where it is. */
    void moveOut(Task task, String source, Path checkout, Path name) {
        var folder = checkout.resolve(name);
        var warm = warm(task, source, name);
        try {
            if (isThere(checkout, name)) {
                Files.createDirectories(shelf(task, source));
                Files.setLastModifiedTime(folder, FileTime.from(clock.instant()));
                Files.move(folder, warm, StandardCopyOption.ATOMIC_MOVE);
            }
        } catch (FileSystemException e) {
            // another attempt was first
        } catch (IOException e) {
            log.warn("cannot keep {} of {}: {}", name, task.key(), e.toString());
        }
    }

    /** Makes the folders above a cache; not through links, which may lead out of the checkout. */
    private static boolean makeParents(Path checkout, Path name) throws IOException {
        var at = checkout;
        for (var part : name) {
            if (at.resolve(part).equals(checkout.resolve(name))) {
                return true;
            }
            at = at.resolve(part);
            if (!Files.exists(at, NOFOLLOW_LINKS)) {
                Files.createDirectory(at);
            } else if (!Folders.isFolder(at)) {
                return false;
            }
        }
        return false;
    }

    /** Whether a cache and all above it are folders, none of them a link. */
    static boolean isThere(Path checkout, Path name) {
        var at = checkout;
        for (var part : name) {
            at = at.resolve(part);
            if (!Folders.isFolder(at)) {
                return false;
            }
        }
        return true;
    }

    /** Whether something above a cache is a link. */
    static boolean isBehindLink(Path checkout, Path name) {
        var at = checkout;
        for (var part : name) {
            if (Files.isSymbolicLink(at)) {
                return true;
            }
            at = at.resolve(part);
        }
        return false;
    }

    private Path warm(Task task, String source, Path name) {
        var id = UUID.nameUUIDFromBytes(name.toString().getBytes(UTF_8)).toString();
        return shelf(task, source).resolve(id);
    }

    private Path shelf(Task task, String source) {
        return home.resolve(task.tenant()).resolve(source).resolve(AttemptName.step(task));
    }

    Freed sweep(boolean dry) throws IOException {
        var freed = Freed.NOTHING;
        var folders = List.of(home);
        for (var level = 0; level < LEVELS; level++) {
            folders = folders.stream().flatMap(folder -> Folders.in(folder).stream()).toList();
        }
        var kept = new ArrayList<Kept>();
        for (var folder : folders) {
            try {
                var since = Files.getLastModifiedTime(folder, NOFOLLOW_LINKS).toInstant();
                kept.add(new Kept(folder, since, Folders.bytes(folder)));
            } catch (NoSuchFileException e) {
                // taken this moment
            }
        }
        for (var old : CheckoutRetention.sweep(kept, clock.instant())) {
            var folder = old.folder();
            var doomed = folder.resolveSibling(folder.getFileName() + ".doomed");
            try {
                if (!dry) {
                    Files.move(folder, doomed, StandardCopyOption.ATOMIC_MOVE);
                    Remains.delete(doomed);
                }
                freed = freed.plus(old.bytes());
            } catch (NoSuchFileException e) {
                // taken this moment
            } catch (IOException e) {
                log.warn("cannot delete {}: {}", folder, e.toString());
            }
        }
        return freed;
    }
}
