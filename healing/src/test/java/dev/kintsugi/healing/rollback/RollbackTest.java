package dev.kintsugi.healing.rollback;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kintsugi.healing.rollback.Journal.Entry;
import dev.kintsugi.healing.rollback.Journal.Kind;
import dev.kintsugi.healing.rollback.RolledBack.Outcome;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class RollbackTest {

    private final List<String> undone = new ArrayList<>();
    private final Rollback rollback =
            Rollback.with(
                    Journal.inMemory(),
                    Map.of(
                            "seat",
                            undone::add,
                            "broken",
                            _ -> {
                                throw new IOException("planted");
                            },
                            "unlinked",
                            _ -> {
                                throw new NoClassDefFoundError("planted");
                            }));

    @Test
    void takesBackInReverseOrder() {
        CompensationLog trip = rollback.begin("trip");
        trip.record("seat", "1A");
        trip.record("seat", "2B");

        RolledBack result = trip.run();

        assertThat(undone).containsExactly("2B", "1A");
        assertThat(result.complete()).isTrue();
        assertThat(result.parts())
                .extracting(RolledBack.Part::argument)
                .containsExactly("2B", "1A");
    }

    @Test
    void takesNothingBackTwiceThoughTheJournalFailsMeanwhile() {
        var journal = new FailingJournal();
        CompensationLog trip = Rollback.with(journal, Map.of("seat", undone::add)).begin("trip");
        trip.record("seat", "1A");
        trip.record("seat", "2B");
        journal.failsOn = Kind.UNDONE;

        assertThatThrownBy(trip::run).isInstanceOf(UncheckedIOException.class);
        journal.failsOn = null;
        trip.run();

        assertThat(undone).containsExactly("2B", "1A");
    }

    /** One whose disk is full when certain lines are to be written. */
    private static final class FailingJournal implements Journal {
        private final Journal journal = new MemoryJournal();
        private @Nullable Kind failsOn;

        @Override
        public void append(Entry entry) {
            if (entry.kind() == failsOn) {
                throw new UncheckedIOException(new IOException("no space left on device"));
            }
            journal.append(entry);
        }

        @Override
        public List<Entry> open() {
            return journal.open();
        }

        @Override
        public void close() {
            // nothing is held
        }
    }

    @Test
    void takesBackTheOthersWhereOneFails() {
        CompensationLog trip = rollback.begin("trip");
        trip.record("seat", "1A");
        trip.record("broken", "hotel");
        trip.record("unlinked", "car");
        trip.record("seat", "2B");

        RolledBack result = trip.run();

        assertThat(undone).containsExactly("2B", "1A");
        assertThat(result.complete()).isFalse();
        assertThat(result.parts())
                .extracting(RolledBack.Part::outcome)
                .containsExactly(Outcome.UNDONE, Outcome.FAILED, Outcome.FAILED, Outcome.UNDONE);
        assertThat(result.parts().get(1).failure()).isInstanceOf(NoClassDefFoundError.class);
        assertThat(result.parts().get(2).failure()).hasMessage("planted");
    }

    @Test
    void takesBackOnceHoweverOftenItIsAsked() {
        CompensationLog trip = rollback.begin("trip");
        trip.record("seat", "1A");

        RolledBack first = trip.run();

        assertThat(trip.run()).isSameAs(first);
        assertThat(undone).hasSize(1);
        assertThat(rollback.recover()).isEmpty();
    }

    @Test
    void takesNothingBackOfWhatSucceeded() {
        CompensationLog trip = rollback.begin("trip");
        trip.record("seat", "1A");
        trip.succeeded();

        assertThat(trip.run().parts()).isEmpty();
        assertThat(undone).isEmpty();
        assertThatThrownBy(() -> trip.record("seat", "2B"))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("the unit trip has ended");
    }

    @Test
    void runsCompensationsOfAnInterruptedThreadUninterrupted() {
        CompensationLog trip = rollback.begin("trip");
        trip.record("seat", "1A");
        Thread.currentThread().interrupt();

        RolledBack result = trip.run();

        assertThat(Thread.interrupted()).isTrue();
        assertThat(result.complete()).isTrue();
    }

    @Test
    void recordsNothingWhileItIsRolledBack() {
        var log = new AtomicReference<CompensationLog>();
        var greedy =
                Rollback.with(
                        Journal.inMemory(), Map.of("more", _ -> log.get().record("more", "")));
        log.set(greedy.begin("trip"));
        log.get().record("more", "");

        RolledBack result = log.get().run();

        assertThat(result.parts()).hasSize(1);
        assertThat(result.parts().getFirst().failure()).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void restoresASnapshot() {
        var state = new AtomicReference<>("before");
        Undo undo = Undo.restoring(state.get(), state::set);
        state.set("half done");

        RolledBack result = undo.run();

        assertThat(state.get()).isEqualTo("before");
        assertThat(result.complete()).isTrue();
    }

    @Test
    void tellsThatASnapshotCouldNotBeRestored() {
        Undo undo =
                Undo.restoring(
                        "before",
                        _ -> {
                            throw new IllegalStateException("planted");
                        });

        assertThat(undo.run().count(Outcome.FAILED)).isEqualTo(1);
    }

    @Test
    void refusesWhatItCouldNotTakeBack() {
        CompensationLog trip = rollback.begin("trip");

        assertThatThrownBy(() -> trip.record("car", ""))
                .hasMessage("name must be one of [broken, seat, unlinked], was car");
        assertThatThrownBy(() -> trip.record("seat", "x".repeat(16_385)))
                .hasMessage("argument's length must be at most 16384, was 16385");
        assertThatThrownBy(() -> rollback.begin("trip"))
                .hasMessage("unit must not be open, was trip");
        assertThatThrownBy(() -> Rollback.with(Journal.inMemory(), Map.of()))
                .hasMessage("compensations must be in [1, 1000], were 0");
    }
}
