package dev.kintsugi.server.workspace.gate;

import java.util.List;
import java.util.Optional;

/** The files of one commit. Paths use {@code /} and are relative to its root. */
public interface SourceTree {

    /** What stands at a path. */
    Kind kind(String path);

    /** The content of a regular file; empty for everything else. */
    Optional<byte[]> read(String path);

    /** Paths of all regular files, sorted. */
    List<String> list();

    /** Kinds of entry that a commit can hold, and their absence. */
    enum Kind {
        MISSING,
        FILE,
        EXECUTABLE,
        SYMLINK,
        /** A submodule. */
        GITLINK,
        FOLDER;

        public boolean isRegular() {
            return switch (this) {
                case FILE, EXECUTABLE -> true;
                case MISSING, SYMLINK, GITLINK, FOLDER -> false;
            };
        }
    }
}
