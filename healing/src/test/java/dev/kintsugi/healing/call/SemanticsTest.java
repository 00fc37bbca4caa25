package dev.kintsugi.healing.call;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** The table of docs/semantics.md, row by row, against the libraries themselves. */
class SemanticsTest {

    private static final Path TABLE = Path.of("../docs/semantics.md");

    private static List<SideBySide> rows() {
        return Stream.of(RetrySideBySide.all(), BreakerSideBySide.all(), OtherSideBySide.all())
                .flatMap(List::stream)
                .toList();
    }

    @TestFactory
    Stream<DynamicTest> doesInEveryLibraryWhatTheTableSays() throws IOException {
        var table = table();
        return rows().stream()
                .map(row ->
                        dynamicTest(
                                row.title(),
                                () -> agree(row, table.getOrDefault(row.title(), List.of()))));
    }

    @Test
    void hasATestForEveryRowAndARowForEveryTest() throws IOException {
        assertThat(table().sequencedKeySet())
                .containsExactlyElementsOf(rows().stream().map(SideBySide::title).toList());
        assertThat(rows()).hasSizeGreaterThanOrEqualTo(25);
    }

    private static void agree(SideBySide row, List<String> told) throws Exception {
        List<String> done =
                List.of(row.kintsugi().call(), row.resilience4j().call(), row.failsafe().call());

        assertThat(told).as(row.title() + ": " + done).hasSize(3);
        assertAll(
                () -> assertThat(told.get(0)).as("Kintsugi").isEqualTo(done.get(0)),
                () -> assertThat(told.get(1)).as("Resilience4j").isEqualTo(done.get(1)),
                () -> assertThat(told.get(2)).as("Failsafe").isEqualTo(done.get(2)));
    }

    /** What the table says of each library, by the case. */
    private static SequencedMap<String, List<String>> table() throws IOException {
        var table = new LinkedHashMap<String, List<String>>();
        for (String line : Files.readAllLines(TABLE)) {
            if (line.startsWith("| ") && !line.startsWith("| case |")) {
                List<String> cells =
                        Arrays.stream(line.substring(1).split("\\|")).map(String::strip).toList();
                table.put(cells.getFirst(), cells.subList(1, 4));
            }
        }
        return table;
    }
}
