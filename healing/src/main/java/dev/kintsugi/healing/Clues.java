package dev.kintsugi.healing;

import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Evidence made comparable: whatever its kind, rules ask it the same few questions.
 *
 * @param kind which kind of evidence it was
 * @param number exit code or HTTP status; -1 for neither
 * @param timedOut whether its time was up
 * @param types class names of the exception, its causes and their superclasses
 * @param sqlStates SQLStates found among the causes
 * @param lines its text; an exception tells one line for itself and each cause, an HTTP reply its
 *     headers first
 * @param retryAfter how long the other side asked to wait; null when it did not say
 */
record Clues(
        Kind kind,
        int number,
        boolean timedOut,
        Set<String> types,
        Set<String> sqlStates,
        List<String> lines,
        @Nullable Duration retryAfter) {

    /** How many causes of an exception are looked at. */
    static final int MAX_CAUSES = 32;

    enum Kind {
        PROCESS,
        HTTP,
        THROWN,
        TEXT
    }

    static Clues of(Evidence evidence) {
        return switch (evidence) {
            case Evidence.ProcessExit(int code, boolean late, String output) ->
                    new Clues(Kind.PROCESS, code, late, none(), none(), told(output), null);
            case Evidence.HttpReply reply -> ofReply(reply);
            case Evidence.Thrown(Throwable error) -> ofThrown(error);
            case Evidence.Text(_, String text) ->
                    new Clues(Kind.TEXT, -1, false, none(), none(), told(text), null);
        };
    }

    /** The exit code or status in words. */
    String code() {
        return switch (kind) {
            case PROCESS -> "exit code " + number;
            case HTTP -> "HTTP status " + number;
            case THROWN -> "an exception";
            case TEXT -> "a message";
        };
    }

    private static Clues ofReply(Evidence.HttpReply reply) {
        var text = new StringBuilder();
        reply.headers().forEach((k, v) -> text.append(k).append(": ").append(v).append('\n'));
        text.append(reply.body());
        return new Clues(
                Kind.HTTP,
                reply.status(),
                false,
                none(),
                none(),
                told(text.toString()),
                RetryAfter.of(reply));
    }

    private static Clues ofThrown(Throwable error) {
        var types = new TreeSet<String>();
        var states = new TreeSet<String>();
        var lines = new ArrayList<String>();
        Set<Throwable> seen = Collections.newSetFromMap(new IdentityHashMap<>());
        Throwable at = error;
        while (at != null && seen.size() < MAX_CAUSES && seen.add(at)) {
            Class<?> type = at.getClass();
            while (type != null && type != Throwable.class) {
                types.add(type.getName());
                type = type.getSuperclass();
            }
            if (at instanceof SQLException sql && sql.getSQLState() != null) {
                states.add(sql.getSQLState());
            }
            lines.addAll(told(describe(at)));
            at = at.getCause();
        }
        return new Clues(Kind.THROWN, -1, false, types, states, lines, null);
    }

    private static String describe(Throwable error) {
        String message = error.getMessage();
        String name = error.getClass().getName();
        return message == null ? name : name + ": " + message;
    }

    private static List<String> told(String text) {
        return Excerpt.of(text).lines();
    }

    private static Set<String> none() {
        return Collections.emptySet();
    }
}
