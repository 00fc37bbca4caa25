package dev.kintsugi.healing.rollback;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kintsugi.healing.rollback.Journal.Entry;
import dev.kintsugi.healing.rollback.Journal.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileJournalTest {

    private static final Entry ODD =
            new Entry("trip 7\n", Kind.RECORDED, 0, "seat", "1A \u2603\n\t%");
    private static final Entry UNDOING = new Entry("trip 7\n", Kind.UNDOING, 0, "", "");

    @TempDir Path folder;
    private Path file;

    @BeforeEach
    void choose() {
        file = folder.resolve("journal");
    }

    @Test
    void keepsWhatWasWritten() {
        try (Journal journal = Journal.file(file)) {
            journal.append(ODD);
            journal.append(UNDOING);
        }

        assertThat(reopened()).containsExactly(ODD, UNDOING);
    }

    @Test
    void forgetsUnitsThatEnded() {
        try (Journal journal = Journal.file(file)) {
            journal.append(ODD);
            journal.append(new Entry(ODD.unit(), Kind.ENDED, 0, "", ""));
        }

        assertThat(reopened()).isEmpty();
    }

    /** Wherever in the last line a crash cut the file off, the lines before it are there. */
    @Test
    void cutsAwayALineThatACrashCutOff() throws IOException {
        try (Journal journal = Journal.file(file)) {
            journal.append(ODD);
            journal.append(UNDOING);
        }
        byte[] whole = Files.readAllBytes(file);
        int first = JournalLine.of(ODD).length() + 1;
        for (int length = first; length < whole.length; length++) {
            Files.write(file, java.util.Arrays.copyOf(whole, length));

            try (Journal journal = Journal.file(file)) {
                assertThat(journal.open()).containsExactly(ODD);
                journal.append(UNDOING);
            }

            assertThat(reopened()).as("cut at %d", length).containsExactly(ODD, UNDOING);
        }
    }

    @Test
    void refusesADamagedFile() throws IOException {
        try (Journal journal = Journal.file(file)) {
            journal.append(ODD);
            journal.append(UNDOING);
        }
        String text = Files.readString(file);
        Files.writeString(file, text.replaceFirst("seat", "meat"));

        assertThatThrownBy(() -> Journal.file(file))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageEndingWith("is damaged in line 1");
    }

    @Test
    void isForOneAtATime() {
        try (Journal _ = Journal.file(file)) {
            assertThatThrownBy(() -> Journal.file(file))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageEndingWith("is in use");
        }

        assertThat(reopened()).isEmpty();
    }

    @Test
    void staysSmallThoughSomethingIsAlwaysOpen() throws IOException {
        try (Journal journal = Journal.file(file)) {
            journal.append(ODD);
            for (int i = 0; i < 40; i++) {
                journal.append(new Entry("u" + i, Kind.RECORDED, 0, "seat", "x".repeat(100_000)));
                journal.append(new Entry("u" + i, Kind.ENDED, 0, "", ""));

                assertThat(Files.size(file)).isLessThan(FileJournal.MAX_IDLE_BYTES + 200_000);
            }
            assertThatThrownBy(() -> Journal.file(file)).hasMessageEndingWith("is in use");
        }

        assertThat(reopened()).containsExactly(ODD);
    }

    /**
     * A folder in the way of the new file, as a full disk or a folder that is read-only would be.
     */
    @Test
    void goesOnWithAFileThatCannotBeMadeSmaller() throws IOException {
        Path inTheWay = folder.resolve("journal.new");
        Files.createDirectories(inTheWay.resolve("full"));
        List<String> undone = new ArrayList<>();
        long grown;
        try (Journal journal = Journal.file(file)) {
            var rollback = Rollback.with(journal, Map.of("seat", undone::add));
            for (int i = 0; i < 12; i++) {
                var trip = rollback.begin("trip " + i);
                for (int step = 0; step < 10; step++) {
                    trip.record("seat", "y".repeat(16_000));
                }
                trip.succeeded();
            }
            var left = rollback.begin("left");
            left.record("seat", "1A");
            left.record("seat", "2B");
            grown = Files.size(file);
            Files.delete(inTheWay.resolve("full"));
            for (int i = 0; i < 300; i++) {
                var trip = rollback.begin("more " + i);
                trip.record("seat", "x".repeat(16_000));
                trip.succeeded();
            }
        }

        assertThat(grown).isGreaterThan(FileJournal.MAX_IDLE_BYTES);
        assertThat(Files.size(file)).isLessThan(FileJournal.MAX_IDLE_BYTES + 2 * 16_384);
        assertThat(reopened()).extracting(Entry::argument).containsExactly("1A", "2B");
    }

    @Test
    void goesOnThoughAThreadThatWritesIsInterrupted() {
        try (Journal journal = Journal.file(file)) {
            Thread.currentThread().interrupt();
            journal.append(ODD);

            assertThat(Thread.interrupted()).isTrue();
            journal.append(UNDOING);
        }

        assertThat(reopened()).containsExactly(ODD, UNDOING);
    }

    /**
     * Without it, a crash of the machine could lose a new file's name, or bring back an old one.
     */
    @Test
    void bringsToTheDiskInWhichFolderItsFileIs() throws IOException {
        try (var recording = new Recording()) {
            recording.enable("jdk.FileForce").withoutThreshold();
            recording.start();

            try (Journal _ = Journal.file(file)) {
                assertThat(foldersForced(recording)).isEqualTo(1);
            }
            try (Journal journal = Journal.file(file)) {
                assertThat(foldersForced(recording)).isEqualTo(1);
                for (int i = 0; i < 12; i++) {
                    journal.append(
                            new Entry("u" + i, Kind.RECORDED, 0, "seat", "x".repeat(100_000)));
                    journal.append(new Entry("u" + i, Kind.ENDED, 0, "", ""));
                }
                assertThat(Files.size(file)).isLessThan(FileJournal.MAX_IDLE_BYTES);
            }

            assertThat(foldersForced(recording)).isEqualTo(2);
        }
    }

    private long foldersForced(Recording recording) throws IOException {
        Path events = folder.resolve("events.jfr");
        recording.dump(events);
        return RecordingFile.readAllEvents(events).stream()
                .filter(it -> folder.toString().equals(it.getString("path")))
                .count();
    }

    private List<Entry> reopened() {
        try (Journal journal = Journal.file(file)) {
            return journal.open();
        }
    }
}
