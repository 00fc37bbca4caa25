package dev.kintsugi.healing;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * Tells which rules can hold at all: by words that must occur in a line, and by the class of an
 * exception. Of hundreds of rules a handful is left. Safe for use by many threads.
 */
final class RuleIndex {

    /** Rules that no word and no class decides. */
    private final BitSet always = new BitSet();

    private final WordIndex words;

    /** Kept as long as the class is, so that there are never more than loaded exceptions. */
    private final PerClass<BitSet> byClass;

    RuleIndex(List<Rule> rules) {
        var wordsOf = new TreeMap<Integer, List<String>>();
        var byName = new TreeMap<String, BitSet>();
        for (int i = 0; i < rules.size(); i++) {
            Rule rule = rules.get(i);
            List<String> needed = words(rule);
            if (needed.isEmpty()) {
                always.set(i);
            } else {
                wordsOf.put(i, needed);
            }
            for (String name : rule.thrown()) {
                byName.computeIfAbsent(name, _ -> new BitSet()).set(i);
            }
        }
        words = new WordIndex(wordsOf);
        byClass = new PerClass<>(type -> rulesOf(type, byName));
    }

    /** A rule that has an expression needs its words; one that has none, names of exceptions. */
    private static List<String> words(Rule rule) {
        if (rule.match() != null) {
            return Literals.of(rule.match());
        }
        boolean named = rule.thrown().stream().allMatch(n -> n.length() >= Literals.SHORTEST);
        return named
                ? rule.thrown().stream().map(n -> n.toLowerCase(Locale.ROOT)).toList()
                : List.of();
    }

    private static BitSet rulesOf(Class<?> type, Map<String, BitSet> byName) {
        var rules = new BitSet();
        for (String name : Clues.ancestry(type)) {
            BitSet named = byName.get(name);
            if (named != null) {
                rules.or(named);
            }
        }
        return rules;
    }

    /** The rules to try. */
    Candidates candidates(Clues clues) {
        var rules = new BitSet();
        rules.or(always);
        for (Class<?> type : clues.classes()) {
            rules.or(byClass.get(type));
        }
        var lines = new ArrayList<BitSet>(clues.lines().size());
        for (String line : clues.lines()) {
            var here = new BitSet();
            words.find(line, here);
            rules.or(here);
            lines.add(here);
        }
        return new Candidates(rules, always, lines);
    }

    /**
     * @param rules the rules to try
     * @param always rules for which nothing is known of the lines
     * @param lines for each line, the rules of which a word occurs in it
     */
    record Candidates(BitSet rules, BitSet always, List<BitSet> lines) {

        /** Whether the rule's expression can be found in the line. */
        boolean worthSearching(int rule, int line) {
            return always.get(rule) || lines.get(line).get(rule);
        }
    }
}
