package dev.kintsugi.server.workspace.gate;

import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** A patch before anybody looked at it. Nothing in it is trusted. */
public sealed interface ProposedPatch {

    /** A change of files. */
    sealed interface TreeChange extends ProposedPatch {
        /** Whether a language model wrote it. */
        boolean modelWritten();
    }

    /**
     * A change of files as a unified diff in git's format, without renames.
     *
     * @param diff the diff; it has to apply exactly, at the lines it names
     * @param modelWritten whether a language model wrote it
     */
    record DiffChange(String diff, boolean modelWritten) implements TreeChange {}

    /**
     * A change of files as what they become.
     *
     * @param edits one per file
     * @param modelWritten whether a language model wrote it
     */
    record EditChange(List<FileEdit> edits, boolean modelWritten) implements TreeChange {
        public EditChange {
            edits = List.copyOf(edits);
        }
    }

    /**
     * A change of the failing step; its command is never changed.
     *
     * @param env variables to set
     * @param timeout the new timeout; null to keep it
     */
    record StepChange(SortedMap<String, String> env, @Nullable Duration timeout)
            implements ProposedPatch {
        public StepChange {
            env = Collections.unmodifiableSortedMap(new TreeMap<>(env));
        }
    }
}
