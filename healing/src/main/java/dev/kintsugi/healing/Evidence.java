package dev.kintsugi.healing;

import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What is known of something that failed, before it is classified. */
public sealed interface Evidence {

    /**
     * A process that ended badly.
     *
     * @param exitCode its exit code; 128 + n where signal n ended it
     * @param timedOut whether it was stopped because its time was up
     * @param output the end of its output, error and standard streams together as they came
     */
    record ProcessExit(int exitCode, boolean timedOut, String output) implements Evidence {
        public ProcessExit {
            Objects.requireNonNull(output, "output");
        }
    }

    /**
     * An HTTP exchange that was not what was expected.
     *
     * @param status the status code, 100 to 599
     * @param headers header values by lower-case name
     * @param body the beginning of the body
     */
    record HttpReply(int status, SortedMap<String, String> headers, String body)
            implements Evidence {
        public HttpReply {
            headers = java.util.Collections.unmodifiableSortedMap(new TreeMap<>(headers));
        }
    }

    /** An exception, with its causes. */
    record Thrown(Throwable error) implements Evidence {}

    /**
     * Words alone: a log line or message from elsewhere.
     *
     * @param source what said it, such as a tool's name; null when unknown
     */
    record Text(@Nullable String source, String text) implements Evidence {}
}
