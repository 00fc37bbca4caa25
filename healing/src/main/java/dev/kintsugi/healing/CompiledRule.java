package dev.kintsugi.healing;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** A rule being tried. */
final class CompiledRule {

    /** A rule that matches in more places than this reports the first ones. */
    private static final int MAX_MATCHES = 8;

    private final int number;
    private final Rule rule;

    /**
     * @param number its place among all rules
     */
    CompiledRule(int number, Rule rule) {
        this.number = number;
        this.rule = rule;
    }

    Rule rule() {
        return rule;
    }

    /** Where the rule holds, null when it does not. */
    @Nullable Finding find(Clues clues, RuleIndex.Candidates candidates, MeteredText.Looks looks) {
        if (!fits(clues)) {
            return null;
        }
        String trace = rule.thrown().isEmpty() ? "" : traceLine(clues);
        if (trace == null) {
            return null;
        }
        Pattern match = rule.match();
        if (match != null) {
            return search(match, clues.lines(), candidates, looks);
        }
        return new Finding(trace.isEmpty() ? List.of() : List.of(trace), new TreeMap<>());
    }

    private boolean fits(Clues clues) {
        return clues.kind().suits(rule)
                && (rule.exits().isEmpty() || rule.exits().contains(clues.number()))
                && (!rule.timedOut() || clues.timedOut())
                && (rule.http().isEmpty() || hasStatus(clues.number()))
                && (rule.sqlStates().isEmpty() || hasState(clues.sqlStates()));
    }

    private boolean hasStatus(int code) {
        for (String each : rule.http()) {
            if (each.endsWith("xx")
                    ? code / 100 == each.charAt(0) - '0'
                    : code == Integer.parseInt(each)) {
                return true;
            }
        }
        return false;
    }

    private boolean hasState(Set<String> states) {
        for (String state : states) {
            for (String each : rule.sqlStates()) {
                if (state.startsWith(each)) {
                    return true;
                }
            }
        }
        return false;
    }

    /** The line that names one of the rule's exceptions; null when none does. */
    private @Nullable String traceLine(Clues clues) {
        for (String line : clues.lines()) {
            if (namesOne(line)) {
                return line;
            }
        }
        for (String name : rule.thrown()) {
            if (clues.isA(name)) {
                return clues.lines().getFirst();
            }
        }
        return null;
    }

    private boolean namesOne(String line) {
        for (String name : rule.thrown()) {
            if (names(line, name)) {
                return true;
            }
        }
        return false;
    }

    /** Whether a line names the exception as a whole word, not as part of a longer name. */
    private static boolean names(String line, String name) {
        int at = line.indexOf(name);
        while (at >= 0) {
            int end = at + name.length();
            boolean starts = at == 0 || !isNamePart(line.charAt(at - 1));
            boolean ends = end == line.length() || !isNamePart(line.charAt(end));
            if (starts && ends) {
                return true;
            }
            at = line.indexOf(name, end);
        }
        return false;
    }

    private static boolean isNamePart(char c) {
        return Character.isJavaIdentifierPart(c) || c == '.' || c == '/';
    }

    private @Nullable Finding search(
            Pattern match,
            List<String> lines,
            RuleIndex.Candidates candidates,
            MeteredText.Looks looks) {
        var found = new ArrayList<String>();
        var captures = new TreeMap<String, String>();
        int matches = 0;
        Matcher matcher = match.matcher("");
        for (int i = 0; i < lines.size() && matches < MAX_MATCHES; i++) {
            if (!candidates.worthSearching(number, i)
                    || !new MeteredText(lines.get(i), looks).has(matcher)) {
                continue;
            }
            var here = new TreeMap<String, String>();
            collect(matcher, here);
            var also = new ArrayList<String>(List.of(lines.get(i)));
            if (!findNext(lines.subList(i + 1, lines.size()), also, here, looks)) {
                continue;
            }
            if (matches == 0) {
                found.addAll(also);
            }
            if (matches == 0 || !captures.values().containsAll(here.values())) {
                matches++;
                String suffix = matches == 1 ? "" : "." + matches;
                here.forEach((name, value) -> captures.put(name + suffix, value));
            }
        }
        return found.isEmpty() ? null : new Finding(found, captures);
    }

    private boolean findNext(
            List<String> next,
            List<String> also,
            SortedMap<String, String> captures,
            MeteredText.Looks looks) {
        int line = 0;
        int end = Math.min(next.size(), Excerpt.NEXT_LINES);
        for (Pattern pattern : rule.then()) {
            Matcher matcher = pattern.matcher("");
            while (line < end && !new MeteredText(next.get(line), looks).has(matcher)) {
                line++;
            }
            if (line >= end) {
                return false;
            }
            collect(matcher, captures);
            also.add(next.get(line));
            line++;
        }
        return true;
    }

    private static void collect(Matcher matcher, SortedMap<String, String> captures) {
        for (String name : matcher.namedGroups().keySet()) {
            String value = matcher.group(name);
            if (value != null && !value.isBlank()) {
                captures.put(name, value.strip());
            }
        }
    }
}
