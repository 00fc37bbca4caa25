package dev.kintsugi.server.workspace;

import java.util.List;
import java.util.Optional;

/** Reads a run's commits without checking them out. */
public interface Trees {

    /**
     * The files of a commit that are not ignored.
     *
     * @throws WorkspaceException when the repository or the commit is missing
     */
    Tree at(RunRepository run, String commit);

    /**
     * What a commit changed of the files that are not ignored, as a unified diff in git's format,
     * with full blob ids and without renames.
     */
    String diff(RunRepository run, String commit);

    /** The files of one commit. Paths use {@code /}. */
    interface Tree {
        /** Largest file read, in bytes; larger ones are answered as absent. */
        int MAX_FILE_BYTES = 16 * 1024 * 1024;

        /** What stands at a path; a folder counts. */
        Optional<Entry> find(String path);

        /** The content of a regular file; empty for everything else. */
        Optional<byte[]> read(String path);

        /** Everything but folders, sorted by path. */
        List<Entry> list();
    }

    /**
     * What stands at a path.
     *
     * @param blob the id of its content: 40 hexadecimal digits
     */
    record Entry(String path, Mode mode, String blob) {}

    /** The modes that git knows. */
    enum Mode {
        FILE,
        EXECUTABLE,
        SYMLINK,
        SUBMODULE,
        FOLDER
    }
}
