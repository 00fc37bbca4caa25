package dev.kintsugi.server.workspace.git;

import java.io.File;
import org.eclipse.jgit.lib.Config;
import org.eclipse.jgit.storage.file.FileBasedConfig;
import org.eclipse.jgit.util.FS;
import org.eclipse.jgit.util.SystemReader;
import org.jspecify.annotations.Nullable;

/**
 * Keeps JGit to itself: it neither reads the configuration of the machine and the user nor writes
 * measurements of their file systems into it.
 */
final class Jgit extends SystemReader.Delegate {
    private Jgit(SystemReader rest) {
        super(rest);
    }

    /** Takes effect for the whole JVM; called again, it changes nothing. */
    static synchronized void keepToItself() {
        if (!(SystemReader.getInstance() instanceof Jgit)) {
            SystemReader.setInstance(new Jgit(SystemReader.getInstance()));
            // How exact the disk's times are takes 3 s to measure. Until that is known they count
            // as
            // inexact, which costs a second look at a file and nothing else.
            FS.FileStoreAttributes.setBackground(true);
        }
    }

    @Override
    public FileBasedConfig openUserConfig(@Nullable Config parent, FS fs) {
        return new Nothing(parent, fs);
    }

    @Override
    public FileBasedConfig openSystemConfig(@Nullable Config parent, FS fs) {
        return new Nothing(parent, fs);
    }

    @Override
    public FileBasedConfig openJGitConfig(@Nullable Config parent, FS fs) {
        return new Nothing(parent, fs);
    }

    /** A configuration that is empty and stays so. */
    private static final class Nothing extends FileBasedConfig {
        private Nothing(@Nullable Config parent, FS fs) {
            super(parent, new File("/dev/null"), fs);
        }

        @Override
        public void load() {
            // there is nothing to load
        }

        @Override
        public void save() {
            // measurements are taken anew by each JVM
        }

        @Override
        public boolean isOutdated() {
            return false;
        }
    }
}
