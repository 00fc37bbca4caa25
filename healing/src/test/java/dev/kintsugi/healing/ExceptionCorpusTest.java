package dev.kintsugi.healing;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class ExceptionCorpusTest {

    private static final double FLOOR = 0.9;
    private static final String HELD_OUT =
            "7f7eaec2342078c9c931691abbc4e71836f897ef18851bb71e4ef92ded4a14ea";

    @Test
    void holdsEnoughCasesWithDistinctIds() {
        List<Corpus.Case> cases = Corpus.exceptions();

        assertThat(cases).hasSizeGreaterThanOrEqualTo(300);
        assertThat(cases.stream().map(Corpus.Case::id)).doesNotHaveDuplicates();
        assertThat(cases).allMatch(c -> c.evidence() instanceof Evidence.Thrown);
        assertThat(cases.stream().filter(Corpus.Case::heldOut).count())
                .isBetween(cases.size() / 4L, cases.size() / 2L);
    }

    /** Whoever touches a held-out case, or its labels, says so here for all to see. */
    @Test
    void keepsTheHeldOutCasesAsTheyWereWhenTheRulesWereWritten() {
        assertThat(Scoring.hashOfHeldOut(Corpus.exceptions())).isEqualTo(HELD_OUT);
    }

    @Test
    void classifiesTheHeldOutThirdWell() {
        var heldOut = new Scoring("held-out exception", Corpus.exceptions(), Corpus.Case::heldOut);

        assertThat(heldOut.ofCategories(FLOOR)).isGreaterThanOrEqualTo(FLOOR);
        assertThat(heldOut.ofClasses(FLOOR)).isGreaterThanOrEqualTo(FLOOR);
    }

    @Test
    void classifiesWhatTheRulesWereWrittenForBetterStill() {
        var known = new Scoring("known exception", Corpus.exceptions(), c -> !c.heldOut());

        assertThat(known.ofCategories(1)).isGreaterThanOrEqualTo(FLOOR);
        assertThat(known.ofClasses(1)).isGreaterThanOrEqualTo(FLOOR);
    }
}
