package dev.kintsugi.healing;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** How well the standard rules know a part of the corpus. */
final class Scoring {

    private record Answer(Corpus.Case given, Failure failure) {}

    private final String part;
    private final List<Answer> answers;

    Scoring(String part, List<Corpus.Case> cases, Predicate<Corpus.Case> wanted) {
        Classifier classifier = Classifier.standard();
        this.part = part;
        this.answers =
                cases.stream()
                        .filter(wanted)
                        .map(c -> new Answer(c, classifier.classify(c.evidence())))
                        .toList();
    }

    /**
     * The macro-F1 of the categories; prints what was taken for what when it is below the floor.
     */
    double ofCategories(double floor) {
        return score("category", floor, a -> a.given().category(), a -> a.failure().category());
    }

    /** The macro-F1 of the classes; prints what was taken for what when it is below the floor. */
    double ofClasses(double floor) {
        return score(
                "class", floor, a -> a.given().failureClass(), a -> a.failure().failureClass());
    }

    /** Changes when a held-out case or its labels change. */
    static String hashOfHeldOut(List<Corpus.Case> cases) {
        String text =
                cases.stream()
                        .filter(Corpus.Case::heldOut)
                        .map(Corpus.Case::toString)
                        .sorted()
                        .collect(Collectors.joining("\n"));
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(text.getBytes(UTF_8));
            return HexFormat.of().formatHex(hash);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private <L extends Enum<L>> double score(
            String what, double floor, Function<Answer, L> truth, Function<Answer, L> said) {
        double f1 = macroF1(truth, said);
        System.out.printf(
                Locale.ROOT,
                "macro-F1 of %s on %d %s cases: %.4f%n",
                what,
                answers.size(),
                part,
                f1);
        confusion(truth, said).forEach((pair, times) -> System.out.println(times + " × " + pair));
        if (f1 < floor) {
            answers.stream()
                    .filter(a -> truth.apply(a) != said.apply(a))
                    .map(a -> what + ": " + a.given().id() + " is " + truth.apply(a) + said(a))
                    .forEach(System.out::println);
        }
        return f1;
    }

    private static String said(Answer answer) {
        Failure failure = answer.failure();
        return ", said %s/%s by rule %s"
                .formatted(failure.category(), failure.failureClass(), failure.rule());
    }

    /** How often one label was taken for another. */
    private <L extends Enum<L>> TreeMap<String, Integer> confusion(
            Function<Answer, L> truth, Function<Answer, L> said) {
        var pairs = new TreeMap<String, Integer>();
        answers.stream()
                .filter(a -> truth.apply(a) != said.apply(a))
                .map(a -> truth.apply(a) + " taken for " + said.apply(a))
                .forEach(pair -> pairs.merge(pair, 1, Integer::sum));
        return pairs;
    }

    /** The mean over all labels that occur, as truth or as answer, of the F1 score of each. */
    private <L extends Enum<L>> double macroF1(
            Function<Answer, L> truth, Function<Answer, L> said) {
        var labels = new TreeSet<L>();
        answers.forEach(a -> labels.add(truth.apply(a)));
        answers.forEach(a -> labels.add(said.apply(a)));
        double sum = 0;
        for (L label : labels) {
            long hits =
                    answers.stream()
                            .filter(a -> truth.apply(a) == label && said.apply(a) == label)
                            .count();
            long claimed = answers.stream().filter(a -> said.apply(a) == label).count();
            long real = answers.stream().filter(a -> truth.apply(a) == label).count();
            sum += 2.0 * hits / (claimed + real);
        }
        return sum / labels.size();
    }
}
