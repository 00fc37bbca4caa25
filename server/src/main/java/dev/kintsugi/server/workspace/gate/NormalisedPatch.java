package dev.kintsugi.server.workspace.gate;

import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** A patch that passed the gate, in the one form in which it may be applied. */
public sealed interface NormalisedPatch {

    /**
     * A change of files.
     *
     * @param edits one per file, sorted by path; each changes something
     * @param diff the change as a unified diff, with whole blob ids
     * @param lines lines added and removed together
     */
    record Tree(List<FileEdit> edits, String diff, int lines) implements NormalisedPatch {
        public Tree {
            edits = List.copyOf(edits);
        }

        /** Paths it touches, sorted. */
        public List<String> files() {
            return edits.stream().map(FileEdit::path).toList();
        }
    }

    /**
     * A change of the failing step.
     *
     * @param env variables to set
     * @param timeout the new timeout; null to keep it
     */
    record StepFields(SortedMap<String, String> env, @Nullable Duration timeout)
            implements NormalisedPatch {
        public StepFields {
            env = Collections.unmodifiableSortedMap(new TreeMap<>(env));
        }
    }
}
