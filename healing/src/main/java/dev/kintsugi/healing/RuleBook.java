package dev.kintsugi.healing;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;

/**
 * Classification rules in the order in which they are tried: by falling priority, then as given.
 *
 * <p>The standard book is compiled from {@code src/main/catalogue} when this module is built, so
 * that reading it needs no YAML library.
 *
 * @param rules at most {@value #MAX_RULES}, with distinct ids
 */
public record RuleBook(List<Rule> rules) {

    /** More rules than this are refused. */
    public static final int MAX_RULES = 2_000;

    /** Where the compiled catalogue lies, beside this class. */
    public static final String RESOURCE = "rules.txt";

    public RuleBook {
        if (rules.size() > MAX_RULES) {
            throw new IllegalArgumentException(
                    "rules must be at most " + MAX_RULES + ", were " + rules.size());
        }
        var ids = new HashSet<String>();
        for (Rule rule : rules) {
            if (!ids.add(rule.id())) {
                throw new IllegalArgumentException("two rules have the id " + rule.id());
            }
        }
        rules = rules.stream().sorted(Comparator.comparingInt(Rule::priority).reversed()).toList();
    }

    /** The rules that ship with this library. */
    public static RuleBook standard() {
        return Standard.BOOK;
    }

    /** The book with more rules, asked before those of the same priority that it has already. */
    public RuleBook with(List<Rule> more) {
        var all = new ArrayList<Rule>(more);
        all.addAll(rules);
        return new RuleBook(all);
    }

    /**
     * Reads rules, each a block of lines {@code key value} ended by an empty line.
     *
     * @throws IllegalArgumentException naming the rule and what is wrong with it
     */
    public static RuleBook read(List<String> lines) {
        var rules = new ArrayList<Rule>();
        var block = new ArrayList<String>();
        for (String line : lines) {
            if (!line.isEmpty()) {
                block.add(line);
            } else if (!block.isEmpty()) {
                rules.add(Rule.parse(block));
                block.clear();
            }
        }
        if (!block.isEmpty()) {
            rules.add(Rule.parse(block));
        }
        return new RuleBook(rules);
    }

    /** Loads the standard book once, when first asked for. */
    private static final class Standard {
        private static final RuleBook BOOK = load();

        private static RuleBook load() {
            try (var in = RuleBook.class.getResourceAsStream(RESOURCE)) {
                if (in == null) {
                    throw new IllegalStateException(
                            RESOURCE + " is missing: build the healing module with Maven");
                }
                var reader = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
                return read(reader.lines().toList());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
