package dev.kintsugi.server.repair.catalogue;

import dev.kintsugi.healing.Failure;
import dev.kintsugi.healing.FailureCategory;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.SequencedCollection;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * One mend of the catalogue. It is considered when the failure has one of its categories or rules,
 * or when it names neither; then every match of every pattern is a place to mend.
 *
 * @param id unique in the catalogue
 * @param title one line for people
 * @param categories categories of failures; may be empty
 * @param rules ids of classification rules; may be empty
 * @param evidence patterns that are searched in the evidence; empty when the failure alone decides
 * @param operation what is done
 */
record Entry(
        String id,
        String title,
        List<FailureCategory> categories,
        List<String> rules,
        List<Pattern> evidence,
        Operation operation) {
    /** Most places that one patch mends. */
    static final int MAX_PLACES = 50;

    Entry {
        categories = List.copyOf(categories);
        rules = List.copyOf(rules);
        evidence = List.copyOf(evidence);
    }

    /**
     * The parts that the evidence names, one map per place, places further down a file first so
     * that line numbers above stay right; none when the entry is for other failures.
     */
    SequencedCollection<Map<String, String>> places(Failure failure, String output) {
        boolean considered =
                categories.isEmpty() && rules.isEmpty()
                        || categories.contains(failure.category())
                        || rules.contains(failure.rule());
        if (!considered) {
            return List.of();
        }
        var places = new LinkedHashSet<Map<String, String>>();
        if (evidence.isEmpty()) {
            places.add(failure.captures());
        }
        for (Pattern pattern : evidence) {
            pattern.matcher(output)
                    .results()
                    .limit(MAX_PLACES)
                    .forEach(found -> {
                        var named = new TreeMap<>(failure.captures());
                        found.namedGroups()
                                .forEach((name, group) -> {
                                    String part = found.group(group);
                                    if (part != null) {
                                        named.put(name, part);
                                    }
                                });
                        places.add(named);
                    });
        }
        var sorted = new ArrayList<>(places);
        sorted.sort(Comparator.comparingInt(Entry::line).reversed());
        return sorted;
    }

    private static int line(Map<String, String> found) {
        return Places.number(found.getOrDefault("line", ""));
    }
}
