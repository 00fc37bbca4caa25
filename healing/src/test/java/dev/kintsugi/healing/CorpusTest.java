package dev.kintsugi.healing;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class CorpusTest {

    private static final double FLOOR = 0.9;
    private static final String HELD_OUT =
            "991c61045826d733d7fe8b593bdd330a92ed6cfcbb091edf18fadf5539c5beb7";

    private final Scoring known = new Scoring("known", Corpus.all(), c -> !c.heldOut());
    private final Scoring heldOut = new Scoring("held-out", Corpus.all(), Corpus.Case::heldOut);

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
        assertThat(Scoring.hashOfHeldOut(Corpus.all())).isEqualTo(HELD_OUT);
    }

    @Test
    void classifiesTheHeldOutThirdWell() {
        assertThat(heldOut.ofCategories(FLOOR)).isGreaterThanOrEqualTo(FLOOR);
        assertThat(heldOut.ofClasses(FLOOR)).isGreaterThanOrEqualTo(FLOOR);
    }

    @Test
    void classifiesWhatTheRulesWereWrittenForBetterStill() {
        assertThat(known.ofCategories(1)).isGreaterThanOrEqualTo(FLOOR);
        assertThat(known.ofClasses(1)).isGreaterThanOrEqualTo(FLOOR);
    }
}
