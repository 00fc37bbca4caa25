package dev.kintsugi.healing;

import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Evidence made comparable: whatever its kind, rules ask it the same few questions.
 *
 * @param kind which kind of evidence it was
 * @param number exit code or HTTP status, also one that an exception carries; -1 for neither
 * @param timedOut whether its time was up
 * @param classes the classes of the exception and its causes, but for mere wrappers
 * @param sqlStates SQLStates found among the causes
 * @param lines its text; an exception tells one line for itself and each cause, an HTTP reply its
 *     headers first
 * @param retryAfter how long the other side asked to wait; null when it did not say
 */
record Clues(
        Kind kind,
        int number,
        boolean timedOut,
        List<Class<?>> classes,
        Set<String> sqlStates,
        List<String> lines,
        @Nullable Duration retryAfter) {

    /** How many causes of an exception are looked at. */
    static final int MAX_CAUSES = 32;

    /** Exceptions that only carry others to another thread, or through an interface. */
    private static final Set<String> WRAPPERS =
            new TreeSet<>(
                    List.of(
                            "java.util.concurrent.ExecutionException",
                            "java.util.concurrent.CompletionException",
                            "java.lang.reflect.InvocationTargetException",
                            "java.lang.reflect.UndeclaredThrowableException",
                            "java.security.PrivilegedActionException",
                            "java.io.UncheckedIOException",
                            "java.lang.ExceptionInInitializerError",
                            "com.google.common.util.concurrent.UncheckedExecutionException",
                            "dev.failsafe.FailsafeException",
                            "reactor.core.Exceptions$ReactiveException"));

    private static final PerClass<List<String>> ANCESTRY = new PerClass<>(Clues::ancestors);

    enum Kind {
        PROCESS,
        HTTP,
        THROWN,
        TEXT;

        boolean suits(Rule rule) {
            return switch (this) {
                case HTTP -> !rule.http().isEmpty();
                case PROCESS -> rule.http().isEmpty() && rule.sqlStates().isEmpty();
                case THROWN, TEXT -> rule.exits().isEmpty() && !rule.timedOut();
            };
        }
    }

    static Clues of(Evidence evidence) {
        return switch (evidence) {
            case Evidence.ProcessExit(int code, boolean late, String output) ->
                    new Clues(Kind.PROCESS, code, late, List.of(), none(), told(output), null);
            case Evidence.HttpReply reply -> ofReply(reply);
            case Evidence.Thrown(Throwable error) -> ofThrown(error);
            case Evidence.Text(_, String text) ->
                    new Clues(Kind.TEXT, -1, false, List.of(), none(), told(text), null);
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
                List.of(),
                none(),
                told(text.toString()),
                RetryAfter.of(reply.headers()));
    }

    /** A wrapper says nothing; what it wraps does. */
    private static Clues ofThrown(Throwable error) {
        var seen = new ArrayList<Throwable>();
        var classes = new ArrayList<Class<?>>();
        var states = new TreeSet<String>();
        var lines = new ArrayList<String>();
        CarriedReply reply = CarriedReply.NONE;
        int chars = 0;
        Throwable at = error;
        while (at != null && seen.size() < MAX_CAUSES && !containsSame(seen, at)) {
            seen.add(at);
            Throwable cause = at.getCause();
            if (cause == null || cause == at || !WRAPPERS.contains(at.getClass().getName())) {
                classes.add(at.getClass());
                if (at instanceof SQLException sql && sql.getSQLState() != null) {
                    states.add(sql.getSQLState());
                }
                if (chars < Excerpt.MAX_CHARS) {
                    String text = describe(at);
                    chars += text.length();
                    lines.addAll(told(text));
                }
                reply = reply.status() > 0 ? reply : CarriedReply.of(at);
            }
            at = cause;
        }
        return new Clues(
                Kind.THROWN, reply.status(), false, classes, states, lines, reply.retryAfter());
    }

    private static boolean containsSame(List<Throwable> seen, Throwable error) {
        for (Throwable each : seen) {
            if (each == error) {
                return true;
            }
        }
        return false;
    }

    /** Names of the class and its superclasses, below Throwable. */
    static List<String> ancestry(Class<?> type) {
        return ANCESTRY.get(type);
    }

    private static List<String> ancestors(Class<?> type) {
        var names = new ArrayList<String>();
        for (Class<?> at = type; at != null; at = at.getSuperclass()) {
            if (at != Throwable.class && at != Object.class) {
                names.add(at.getName());
            }
        }
        return List.copyOf(names);
    }

    /** Whether one of the exceptions is of the class named. */
    boolean isA(String name) {
        for (Class<?> type : classes) {
            if (ancestry(type).contains(name)) {
                return true;
            }
        }
        return false;
    }

    private static String describe(Throwable error) {
        String name = error.getClass().getName();
        try {
            String message = error.getMessage();
            return message == null ? name : name + ": " + message;
        } catch (RuntimeException _) {
            return name; // an exception that cannot tell its message is told by its name
        }
    }

    private static List<String> told(String text) {
        return Excerpt.of(text);
    }

    private static Set<String> none() {
        return Collections.emptySet();
    }
}
