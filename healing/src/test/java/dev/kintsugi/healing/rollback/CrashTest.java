package dev.kintsugi.healing.rollback;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.healing.rollback.Journal.Entry;
import dev.kintsugi.healing.rollback.Journal.Kind;
import dev.kintsugi.healing.rollback.RolledBack.Outcome;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A process that ends at each moment of a rollback, and the next one that finds what it left. */
class CrashTest {

    private static final List<String> STEPS = List.of("a", "b", "c");

    @TempDir Path folder;
    private final List<String> undone = new ArrayList<>();

    /** Ends the process, as far as this test goes. */
    private static final class Crash extends Error {
        private static final long serialVersionUID = 1;
    }

    /** Lets so many lines be written; the crash comes before or behind the next. */
    private static final class Crashing implements Journal {
        private final Journal journal;
        private final boolean behind;
        private int left;

        Crashing(Journal journal, int lines, boolean behind) {
            this.journal = journal;
            this.left = lines;
            this.behind = behind;
        }

        @Override
        public void append(Entry entry) {
            if (left-- > 0) {
                journal.append(entry);
                return;
            }
            if (behind) {
                journal.append(entry);
            }
            throw new Crash();
        }

        @Override
        public List<Entry> open() {
            return journal.open();
        }

        @Override
        public void close() {
            journal.close();
        }
    }

    @Test
    void neverRunsACompensationTwiceWhereverTheCrashComes() {
        int unknown = 0;
        int crashes = 0;
        for (int line = 0; line < 2 * 3 + 3 + 1; line++) {
            for (boolean behind : new boolean[] {false, true}) {
                undone.clear();
                Path file = folder.resolve(line + "-" + behind);
                crashes += crashes(file, line, behind, undone::add) ? 1 : 0;
                List<RolledBack> recovered = recover(file, undone::add);

                assertThat(undone).as("line %d", line).doesNotHaveDuplicates();
                assertThat(undone).isSortedAccordingTo(Collections.reverseOrder());
                for (RolledBack each : recovered) {
                    unknown += (int) each.count(Outcome.UNKNOWN);
                    assertThat(each.count(Outcome.UNKNOWN)).isLessThanOrEqualTo(1);
                }
                assertThat(recover(file, undone::add)).as("nothing is left").isEmpty();
            }
        }

        assertThat(crashes).isEqualTo(20);
        assertThat(unknown).isEqualTo(2 * 3); // behind each intent, and before each outcome
    }

    @Test
    void runsEveryIdempotentCompensationAtLeastOnce() {
        Compensation undo = Compensation.idempotent(undone::add);
        for (int line = 3; line < 2 * 3 + 3 + 1; line++) {
            for (boolean behind : new boolean[] {false, true}) {
                undone.clear();
                Path file = folder.resolve("i" + line + "-" + behind);
                crashes(file, line, behind, undo);

                recover(file, undo).forEach(each -> assertThat(each.complete()).isTrue());

                assertThat(undone).as("line %d", line).contains("a", "b", "c");
            }
        }
    }

    @Test
    void doesNotRepeatWhatWasRunningWhenTheCrashCame() {
        Path file = folder.resolve("journal");
        try (Journal journal = Journal.file(file)) {
            journal.append(new Entry("trip", Kind.RECORDED, 0, "undo", "a"));
            journal.append(new Entry("trip", Kind.UNDOING, 0, "", ""));
        }

        RolledBack left = recover(file, undone::add).getFirst();

        assertThat(undone).isEmpty();
        assertThat(left.parts().getFirst().outcome()).isEqualTo(Outcome.UNKNOWN);
    }

    @Test
    void waitsForACompensationThatIsMissing() {
        Path file = folder.resolve("journal");
        crashes(file, 3, false, undone::add);

        try (Journal journal = Journal.file(file)) {
            var other = Rollback.with(journal, Map.of("other", undone::add));
            assertThat(other.recover().getFirst().count(Outcome.MISSING)).isEqualTo(3);
        }
        recover(file, undone::add);

        assertThat(undone).containsExactly("c", "b", "a");
    }

    private static boolean crashes(Path file, int line, boolean behind, Compensation undo) {
        try (Journal journal = new Crashing(Journal.file(file), line, behind)) {
            CompensationLog trip = Rollback.with(journal, Map.of("undo", undo)).begin("trip");
            STEPS.forEach(step -> trip.record("undo", step));
            trip.run();
            return false;
        } catch (Crash _) {
            return true;
        }
    }

    private static List<RolledBack> recover(Path file, Compensation undo) {
        try (Journal journal = Journal.file(file)) {
            return Rollback.with(journal, Map.of("undo", undo)).recover();
        }
    }
}
