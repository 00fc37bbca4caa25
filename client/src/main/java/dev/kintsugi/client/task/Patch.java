package dev.kintsugi.client.task;

import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.annotation.JsonTypeName;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** A mend that passed the gate and is not yet proven. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
public sealed interface Patch {
    /** The same for the same mend of the same failure, so that it is never tried twice. */
    String id();

    Source source();

    /** One line for people: what it changes. */
    String title();

    /** Where a patch comes from, in order of cost. */
    enum Source {
        LEARNED,
        CATALOGUE,
        AUTOFIX,
        MODEL
    }

    /**
     * A change of files, already committed on top of the failed attempt's input.
     *
     * @param commit the commit whose difference to its first parent is the change
     * @param diff content hash of the unified diff
     * @param files paths it touches
     * @param lines lines added and removed together
     */
    @JsonTypeName("tree")
    record TreePatch(
            String id,
            Source source,
            String title,
            String commit,
            String diff,
            List<String> files,
            int lines)
            implements Patch {
        public TreePatch {
            files = List.copyOf(files);
        }
    }

    /**
     * A change of the failing step's environment or timeout; never of its command.
     *
     * @param env variables set for the step
     * @param timeoutMillis its new timeout; null to keep it
     * @param replaced what it changes, for people; null in logs of before it was noted
     */
    @JsonTypeName("step")
    record StepPatch(
            String id,
            Source source,
            String title,
            SortedMap<String, String> env,
            @Nullable Long timeoutMillis,
            @Nullable Replaced replaced)
            implements Patch {
        public StepPatch {
            env = Collections.unmodifiableSortedMap(new TreeMap<>(env));
        }

        /** The same of a step of which nothing is known. */
        public StepPatch(
                String id,
                Source source,
                String title,
                SortedMap<String, String> env,
                @Nullable Long timeoutMillis) {
            this(id, source, title, env, timeoutMillis, null);
        }

        /**
         * The step's own values before the patch.
         *
         * @param env of the variables that the patch sets, those that were set
         * @param timeoutMillis of one attempt
         */
        public record Replaced(SortedMap<String, String> env, long timeoutMillis) {
            public Replaced {
                env = Collections.unmodifiableSortedMap(new TreeMap<>(env));
            }
        }
    }
}
