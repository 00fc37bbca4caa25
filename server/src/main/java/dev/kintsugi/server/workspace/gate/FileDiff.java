package dev.kintsugi.server.workspace.gate;

import java.util.List;

/**
 * What a unified diff says about one file.
 *
 * @param path the one path that all its headers name
 * @param change what happens to the file
 * @param executable what the mode headers make of it
 * @param base beginning of the blob id it is made for; empty when not said
 * @param result beginning of the blob id that must come out; empty when not said
 * @param hunks in order
 */
record FileDiff(
        String path,
        Change change,
        Execution executable,
        String base,
        String result,
        List<Hunk> hunks) {
    FileDiff {
        hunks = List.copyOf(hunks);
    }

    enum Change {
        CREATE,
        MODIFY,
        DELETE
    }

    enum Execution {
        KEEP,
        ALLOW,
        DENY
    }

    /**
     * A block of changed lines.
     *
     * @param oldStart first line replaced, from 1; the line before when it has no old lines
     * @param newStart the same in the result
     * @param before lines with their line ends, as they must stand
     * @param after lines with their line ends, as they become
     */
    record Hunk(int oldStart, int newStart, List<String> before, List<String> after) {
        Hunk {
            before = List.copyOf(before);
            after = List.copyOf(after);
        }
    }
}
