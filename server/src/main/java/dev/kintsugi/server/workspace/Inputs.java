package dev.kintsugi.server.workspace;

import dev.kintsugi.client.task.TaskInput;
import java.util.List;

/** Merges what an attempt begins with. */
public interface Inputs {

    /**
     * The base, three-way merged with the results and then the patches, each in listed order. The
     * same input gives the same commit. Ignored files of the results are laid over each other, the
     * last one wins. A patch is left out where it is contained already, and where none of the files
     * that it changes is there.
     *
     * @throws WorkspaceException when the repository or a commit is missing
     */
    Merge of(RunRepository run, TaskInput input);

    /** What came of merging. */
    sealed interface Merge {}

    /** It fits together: the commit to check out. */
    record Merged(String commit) implements Merge {}

    /**
     * It does not fit together.
     *
     * @param paths files changed in ways that exclude each other, sorted; at most 100
     * @param between what changed them, for people
     */
    record Conflict(List<String> paths, String between) implements Merge {
        /** Most paths named. */
        public static final int MAX_PATHS = 100;

        public Conflict {
            paths = paths.stream().sorted().limit(MAX_PATHS).toList();
        }

        /** One line for people. */
        public String message() {
            return "%s changed the same lines of %s".formatted(between, String.join(", ", paths));
        }
    }
}
