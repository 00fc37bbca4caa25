package dev.kintsugi.healing;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.jspecify.annotations.Nullable;

/**
 * One rule of the catalogue: conditions on evidence, and what the failure is when all of them hold.
 *
 * <p>A rule applies to the kinds of evidence that its conditions speak of: {@code http} to HTTP
 * replies, {@code exit} and {@code timedOut} to processes, {@code sqlState} to exceptions, {@code
 * thrown} and {@code match} to processes, exceptions and texts.
 *
 * @param id unique, lower case, words joined by hyphens
 * @param priority 0 to 100, default 50; the highest rule that holds decides, equal ones in the
 *     order of the catalogue
 * @param exits exit codes, any of them; signal n is 128 + n; empty for any
 * @param timedOut whether only a process stopped at its timeout counts
 * @param http statuses such as {@code 429}, or whole classes such as {@code 5xx}; empty for any
 * @param thrown full class names of exceptions, matched along causes and superclasses, and in stack
 *     traces of any language; empty for any
 * @param sqlStates beginnings of SQLStates; empty for any
 * @param match found in one line; its named groups become captures
 * @param then found one after the other in the {@value Excerpt#NEXT_LINES} lines that follow
 * @param maybeTransient whether trying again unchanged may help
 * @param message what to tell people, with {@code {capture}} in it; the matched line when null
 */
public record Rule(
        String id,
        int priority,
        SortedSet<Integer> exits,
        boolean timedOut,
        List<String> http,
        List<String> thrown,
        List<String> sqlStates,
        @Nullable Pattern match,
        List<Pattern> then,
        FailureCategory category,
        FailureClass failureClass,
        Severity severity,
        boolean maybeTransient,
        @Nullable String message) {

    private static final Pattern ID = Pattern.compile("[a-z][a-z0-9]*(-[a-z0-9]+)*");
    private static final Pattern STATUS = Pattern.compile("[1-5]([0-9]{2}|xx)");

    public Rule {
        check(ID.matcher(id).matches(), "id must be lower-case words joined by hyphens");
        check(priority >= 0 && priority <= 100, "priority must be in [0, 100]");
        check(http.stream().allMatch(s -> STATUS.matcher(s).matches()), "http must be 429 or 4xx");
        check(then.isEmpty() || match != null, "then needs match");
        check(
                match != null
                        || timedOut
                        || !(exits.isEmpty() && http.isEmpty())
                        || !(thrown.isEmpty() && sqlStates.isEmpty()),
                "no condition given");
        check(http.isEmpty() || (exits.isEmpty() && thrown.isEmpty()), "http stands alone");
        exits = Collections.unmodifiableSortedSet(new TreeSet<>(exits));
        http = List.copyOf(http);
        thrown = List.copyOf(thrown);
        sqlStates = List.copyOf(sqlStates);
        then = List.copyOf(then);
        checkMessage(message, match, then);
    }

    /**
     * Reads a rule from its fields, each a line {@code key value}; list fields repeat their key.
     *
     * @throws IllegalArgumentException naming the field and what is wrong with it
     */
    public static Rule parse(List<String> lines) {
        var draft = new Draft();
        for (String line : lines) {
            int space = line.indexOf(' ');
            check(space > 0, "expected 'key value' in: " + line);
            draft.set(line.substring(0, space), line.substring(space + 1));
        }
        return draft.rule();
    }

    /** The names of all captures that this rule can make, in order of appearance. */
    public List<String> captures() {
        return captures(match, then);
    }

    private static List<String> captures(@Nullable Pattern match, List<Pattern> then) {
        var names = new ArrayList<String>();
        if (match != null) {
            names.addAll(new TreeSet<>(match.namedGroups().keySet()));
        }
        then.forEach(p -> names.addAll(new TreeSet<>(p.namedGroups().keySet())));
        return names.stream().distinct().toList();
    }

    private static void checkMessage(
            @Nullable String message, @Nullable Pattern match, List<Pattern> then) {
        if (message == null) {
            return;
        }
        List<String> known = captures(match, then);
        var places = Pattern.compile("\\{(\\w+)}").matcher(message);
        while (places.find()) {
            check(known.contains(places.group(1)), "message names no capture: " + places.group(1));
        }
    }

    private static void check(boolean holds, String reason) {
        if (!holds) {
            throw new IllegalArgumentException(reason);
        }
    }

    /** The fields of a rule while they are being read. */
    private static final class Draft {
        private @Nullable String id;
        private int priority = 50;
        private final SortedSet<Integer> exits = new TreeSet<>();
        private boolean timedOut;
        private final List<String> http = new ArrayList<>();
        private final List<String> thrown = new ArrayList<>();
        private final List<String> sqlStates = new ArrayList<>();
        private @Nullable Pattern match;
        private final List<Pattern> then = new ArrayList<>();
        private @Nullable FailureCategory category;
        private @Nullable FailureClass failureClass;
        private @Nullable Severity severity;
        private boolean maybeTransient;
        private @Nullable String message;

        private void set(String key, String value) {
            switch (key) {
                case "id" -> id = value;
                case "priority" -> priority = number(key, value);
                case "exit" -> exits.add(number(key, value));
                case "signal" -> exits.add(128 + number(key, value));
                case "timed-out" -> timedOut = truth(key, value);
                case "http" -> http.add(value);
                case "thrown" -> thrown.add(value);
                case "sqlstate" -> sqlStates.add(value);
                case "match" -> match = regex(key, value);
                case "then" -> then.add(regex(key, value));
                case "category" -> category = one(FailureCategory.class, key, value);
                case "class" -> failureClass = one(FailureClass.class, key, value);
                case "severity" -> severity = one(Severity.class, key, value);
                case "transient" -> maybeTransient = truth(key, value);
                case "message" -> message = value;
                default -> throw new IllegalArgumentException("unknown field: " + key);
            }
        }

        private Rule rule() {
            if (id == null || category == null || failureClass == null) {
                throw new IllegalArgumentException("id, category and class are required");
            }
            Severity how = severity == null ? Severity.of(category) : severity;
            return new Rule(
                    id,
                    priority,
                    exits,
                    timedOut,
                    http,
                    thrown,
                    sqlStates,
                    match,
                    then,
                    category,
                    failureClass,
                    how,
                    maybeTransient,
                    message);
        }

        private static int number(String key, String value) {
            try {
                return Integer.parseInt(value);
            } catch (NumberFormatException e) {
                throw new IllegalArgumentException(key + " must be a number, was " + value, e);
            }
        }

        private static boolean truth(String key, String value) {
            check(value.equals("true") || value.equals("false"), key + " must be true or false");
            return value.equals("true");
        }

        private static Pattern regex(String key, String value) {
            try {
                return Pattern.compile(value);
            } catch (PatternSyntaxException e) {
                throw new IllegalArgumentException(key + ": " + e.getMessage(), e);
            }
        }

        private static <E extends Enum<E>> E one(Class<E> type, String key, String value) {
            try {
                return Enum.valueOf(type, value.toUpperCase(Locale.ROOT));
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException(
                        key + " must be one of " + List.of(type.getEnumConstants()), e);
            }
        }
    }
}
