package dev.kintsugi.server.workspace;

import static java.nio.file.LinkOption.NOFOLLOW_LINKS;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import org.jspecify.annotations.Nullable;

/** What an attempt leaves behind: files and folders of any mode, and links, never followed. */
public final class Remains {
    private Remains() {}

    /** Deletes it with all that is in it; nothing when it is not there. */
    public static void delete(Path path) throws IOException {
        if (Files.exists(path, NOFOLLOW_LINKS)) {
            Files.walkFileTree(path, new Deletion());
        }
    }

    /** Whether a folder is closed to its owner, as the caches of some tools are. */
    public static boolean isClosed(Path folder) {
        return Files.isDirectory(folder, NOFOLLOW_LINKS)
                && !(Files.isReadable(folder)
                        && Files.isWritable(folder)
                        && Files.isExecutable(folder));
    }

    /**
     * Opens a folder to its owner.
     *
     * @throws AccessDeniedException when somebody else owns it
     */
    public static void open(Path folder) throws IOException {
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx------"));
        if (isClosed(folder)) {
            throw new AccessDeniedException(folder.toString());
        }
    }

    private static final class Deletion extends SimpleFileVisitor<Path> {
        @Override
        public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes)
                throws IOException {
            if (isClosed(folder)) {
                open(folder);
            }
            return FileVisitResult.CONTINUE;
        }

        @Override
        public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
                throws IOException {
            Files.deleteIfExists(file);
            return FileVisitResult.CONTINUE;
        }

        @Override
        public FileVisitResult visitFileFailed(Path path, IOException failure) throws IOException {
            if (failure instanceof NoSuchFileException) {
                return FileVisitResult.CONTINUE; // somebody else deletes it too
            }
            if (!isClosed(path)) {
                throw failure;
            }
            open(path);
            Files.walkFileTree(path, this);
            return FileVisitResult.CONTINUE;
        }

        @Override
        public FileVisitResult postVisitDirectory(Path folder, @Nullable IOException failure)
                throws IOException {
            if (failure != null) {
                throw failure;
            }
            Files.deleteIfExists(folder);
            return FileVisitResult.CONTINUE;
        }
    }
}
