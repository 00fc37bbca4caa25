package dev.kintsugi.healing;

import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Tries the rules of a book one after the other; the first that holds decides. */
final class RuleClassifier implements Classifier {

    static final String UNKNOWN = "unknown";
    static final int MAX_MESSAGE = 500;
    static final int MAX_CAPTURES = 16;
    static final int MAX_CAPTURE = 300;

    /** How many of the last lines describe a failure that no pattern matched. */
    private static final int LAST_LINES = 5;

    /** How many suppressed exceptions are looked at where the exception itself says nothing. */
    private static final int MAX_SUPPRESSED = 8;

    private final List<CompiledRule> rules = new ArrayList<>();
    private final RuleIndex index;
    private final Remembered remembered = new Remembered();

    RuleClassifier(RuleBook book) {
        List<Rule> given = book.rules();
        for (Rule rule : given) {
            rules.add(new CompiledRule(rules.size(), rule));
        }
        index = new RuleIndex(given);
    }

    @Override
    public Failure classify(Evidence evidence) {
        Clues clues = Clues.of(evidence);
        if (!(evidence instanceof Evidence.Thrown(Throwable error))) {
            return classify(clues, new MeteredText.Looks());
        }
        Failure known = remembered.get(clues);
        if (known == null) {
            known = classify(clues, new MeteredText.Looks());
            remembered.put(clues, known);
        }
        return known.category() == FailureCategory.UNKNOWN ? bySuppressed(error, known) : known;
    }

    /** What a collection of failures holds is thrown as suppressed by some libraries. */
    private Failure bySuppressed(Throwable error, Failure unknown) {
        Throwable[] suppressed = error.getSuppressed();
        for (int i = 0; i < Math.min(MAX_SUPPRESSED, suppressed.length); i++) {
            Clues clues = Clues.of(new Evidence.Thrown(suppressed[i]));
            Failure failure = classify(clues, new MeteredText.Looks());
            if (failure.category() != FailureCategory.UNKNOWN) {
                return failure;
            }
        }
        return unknown;
    }

    Failure classify(Clues clues, MeteredText.Looks looks) {
        RuleIndex.Candidates candidates = index.candidates(clues);
        BitSet tried = candidates.rules();
        for (int i = tried.nextSetBit(0); i >= 0; i = tried.nextSetBit(i + 1)) {
            CompiledRule rule = rules.get(i);
            Finding finding = rule.find(clues, candidates, looks);
            if (finding != null) {
                return failure(rule.rule(), finding, clues);
            }
        }
        return unknown(clues);
    }

    private static Failure failure(Rule rule, Finding finding, Clues clues) {
        String matched = String.join("\n", finding.lines());
        return new Failure(
                rule.category(),
                rule.failureClass(),
                rule.severity(),
                rule.id(),
                Fingerprint.of(rule.id(), matched.isBlank() ? lastLines(clues) : matched),
                message(rule, finding, clues),
                rule.maybeTransient(),
                retryAfter(clues, finding.captures()),
                bounded(finding.captures()));
    }

    private static Failure unknown(Clues clues) {
        String said = lastLines(clues);
        return new Failure(
                FailureCategory.UNKNOWN,
                FailureClass.RUNTIME,
                Severity.of(FailureCategory.UNKNOWN),
                UNKNOWN,
                Fingerprint.of(UNKNOWN + ":" + clues.code(), said),
                oneLine(said.isEmpty() ? "failed with " + clues.code() : lastLine(said)),
                false,
                clues.retryAfter(),
                new TreeMap<>());
    }

    private static @Nullable Duration retryAfter(Clues clues, SortedMap<String, String> captures) {
        Duration header = clues.retryAfter();
        return header != null ? header : RetryAfter.seconds(captures.get("retryAfterSeconds"));
    }

    private static String message(Rule rule, Finding finding, Clues clues) {
        String template = rule.message();
        if (template == null) {
            String first = finding.lines().isEmpty() ? "" : finding.lines().getFirst().strip();
            return oneLine(first.isEmpty() ? rule.id() + " (" + clues.code() + ")" : first);
        }
        String text = template;
        for (String name : rule.captures()) {
            text = text.replace("{" + name + "}", finding.captures().getOrDefault(name, "?"));
        }
        return oneLine(text);
    }

    private static SortedMap<String, String> bounded(SortedMap<String, String> captures) {
        var kept = new TreeMap<String, String>();
        if (captures.isEmpty()) {
            return kept;
        }
        captures.entrySet().stream()
                .sorted(Comparator.comparingInt(e -> occurrence(e.getKey())))
                .limit(MAX_CAPTURES)
                .forEach(e -> kept.put(e.getKey(), cut(e.getValue(), MAX_CAPTURE)));
        return kept;
    }

    /** 1 for {@code symbol}, 2 for {@code symbol.2}: first occurrences are kept before others. */
    private static int occurrence(String name) {
        int dot = name.indexOf('.');
        return dot < 0 ? 1 : Integer.parseInt(name.substring(dot + 1));
    }

    private static String lastLines(Clues clues) {
        var told = new ArrayList<>(clues.lines());
        told.removeIf(String::isBlank);
        return String.join("\n", told.subList(Math.max(0, told.size() - LAST_LINES), told.size()));
    }

    private static String lastLine(String lines) {
        return lines.substring(lines.lastIndexOf('\n') + 1).strip();
    }

    private static String oneLine(String text) {
        return cut(text.replace('\n', ' ').strip(), MAX_MESSAGE);
    }

    private static String cut(String text, int max) {
        return text.length() <= max ? text : text.substring(0, max - 1) + "…";
    }
}
