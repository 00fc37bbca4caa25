package dev.kintsugi.server.workspace.git;

import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.LoadingCache;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes away the locks that a process which was killed left in one of our repositories: whoever
 * held them is gone, and git would refuse to touch what they guard for ever. A home has one process
 * at a time, so what is older than this one is nobody's.
 */
final class StaleLocks {
    /** Most repositories that are remembered as looked through. */
    private static final int MOST = 10_000;

    private static final Logger log = LoggerFactory.getLogger(StaleLocks.class);

    private static final FileTime BEGAN =
            FileTime.from(ProcessHandle.current().info().startInstant().orElse(Instant.MIN));

    private static final LoadingCache<Path, Boolean> LOOKED =
            Caffeine.newBuilder().maximumSize(MOST).build(StaleLocks::clear);

    private StaleLocks() {}

    /** Looks through the repository, the first time that this process opens it. */
    static void clearOnce(Path gitDir) {
        var _ = LOOKED.get(gitDir);
    }

    private static Boolean clear(Path gitDir) {
        if (Files.isDirectory(gitDir)) {
            try {
                Files.walkFileTree(gitDir, new Look(gitDir.resolve("objects")));
            } catch (IOException e) {
                throw new UncheckedIOException("cannot look through " + gitDir, e);
            }
        }
        return true;
    }

    private static final class Look extends SimpleFileVisitor<Path> {
        private final Path objects;

        private Look(Path objects) {
            this.objects = objects;
        }

        /** Objects are written beside and moved, without locks. */
        @Override
        public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
            return folder.equals(objects) ? FileVisitResult.SKIP_SUBTREE : FileVisitResult.CONTINUE;
        }

        @Override
        public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
                throws IOException {
            if (file.toString().endsWith(".lock")
                    && attributes.lastModifiedTime().compareTo(BEGAN) < 0
                    && Files.deleteIfExists(file)) {
                log.info("deleted {}: its holder was killed", file);
            }
            return FileVisitResult.CONTINUE;
        }

        /** What is deleted meanwhile has no locks. */
        @Override
        public FileVisitResult visitFileFailed(Path file, IOException failure) {
            return FileVisitResult.CONTINUE;
        }
    }
}
