package dev.kintsugi.healing;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class CorpusTest {

    private static final double FLOOR = 0.9;
    private static final String HELD_OUT =
            "991c61045826d733d7fe8b593bdd330a92ed6cfcbb091edf18fadf5539c5beb7";

    private final Classifier classifier = Classifier.standard();

    private record Answer(Corpus.Case given, Failure failure) {}

    @Test
    void holdsEnoughCasesWithDistinctIds() {
        List<Corpus.Case> cases = Corpus.all();

        assertThat(cases).hasSizeGreaterThanOrEqualTo(110);
        assertThat(cases.stream().map(Corpus.Case::id)).doesNotHaveDuplicates();
        assertThat(cases.stream().filter(Corpus.Case::heldOut).count())
                .isBetween(cases.size() / 4L, cases.size() / 2L);
    }

    /** Whoever touches a held-out case, or its labels, says so here for all to see. */
    @Test
    void keepsTheHeldOutCasesAsTheyWereWhenTheRulesWereWritten() throws Exception {
        var cases =
                Corpus.all().stream()
                        .filter(Corpus.Case::heldOut)
                        .map(Corpus.Case::toString)
                        .sorted()
                        .collect(Collectors.joining("\n"));

        byte[] hash = MessageDigest.getInstance("SHA-256").digest(cases.getBytes(UTF_8));

        assertThat(HexFormat.of().formatHex(hash)).isEqualTo(HELD_OUT);
    }

    @Test
    void classifiesTheHeldOutThirdWell() {
        List<Answer> answers = answers(true);

        assertF1(answers, "category", a -> a.given().category(), a -> a.failure().category());
        assertF1(answers, "class", a -> a.given().failureClass(), a -> a.failure().failureClass());
    }

    @Test
    void classifiesWhatTheRulesWereWrittenForBetterStill() {
        List<Answer> answers = answers(false);

        assertF1(answers, "category", a -> a.given().category(), a -> a.failure().category());
        assertF1(answers, "class", a -> a.given().failureClass(), a -> a.failure().failureClass());
    }

    private List<Answer> answers(boolean heldOut) {
        return Corpus.all().stream()
                .filter(c -> c.heldOut() == heldOut)
                .map(c -> new Answer(c, classifier.classify(c.evidence())))
                .toList();
    }

    private static <L extends Enum<L>> void assertF1(
            List<Answer> answers,
            String what,
            Function<Answer, L> truth,
            Function<Answer, L> said) {
        var confusions = new ArrayList<String>();
        for (Answer each : answers) {
            if (truth.apply(each) != said.apply(each)) {
                confusions.add(
                        "%s: %s is %s, said %s by rule %s"
                                .formatted(
                                        what,
                                        each.given().id(),
                                        truth.apply(each),
                                        said.apply(each),
                                        each.failure().rule()));
            }
        }
        double f1 = macroF1(answers, truth, said);
        boolean heldOut = answers.getFirst().given().heldOut();
        String result =
                String.format(
                        Locale.ROOT,
                        "macro-F1 of %s on %d %s cases: %.4f",
                        what,
                        answers.size(),
                        heldOut ? "held-out" : "known",
                        f1);
        System.out.println(result);
        if (!heldOut || f1 < FLOOR) {
            confusions.forEach(System.out::println);
        }
        assertThat(f1).as(result).isGreaterThanOrEqualTo(FLOOR);
    }

    /** The mean over all labels that occur, as truth or as answer, of the F1 score of each. */
    private static <L extends Enum<L>> double macroF1(
            List<Answer> answers, Function<Answer, L> truth, Function<Answer, L> said) {
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
