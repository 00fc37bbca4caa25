package dev.kintsugi.server.workspace.git;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kintsugi.server.workspace.FileChange;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MergedInputsTest {
    private static final String LINES = "1\n2\n3\n4\n5\n6\n7\n8\n9\n";

    @TempDir Path folder;
    private Bench bench;
    private String base;

    @BeforeEach
    void begin() throws Exception {
        bench = new Bench(folder);
        bench.write("a.txt", LINES);
        bench.write("b.txt", LINES);
        base = bench.commit("first");
        bench.prepare();
    }

    @Test
    void isTheBaseItselfWhenThereIsNothingToMerge() {
        assertThat(bench.merged(base, List.of(), List.of())).isEqualTo(base);
    }

    @Test
    void isTheResultItselfWhenThereIsOnlyOne() throws Exception {
        var result = bench.result(base, "x", Map.of("a.txt", "x\n"), Map.of("out/x", "x"));

        assertThat(bench.merged(base, List.of(result), List.of())).isEqualTo(result);
    }

    @Test
    void mergesChangesOfDifferentLinesOfOneFile() throws Exception {
        var x = bench.result(base, "x", Map.of("a.txt", LINES.replace("1\n", "x\n")), Map.of());
        var y = bench.result(base, "y", Map.of("a.txt", LINES.replace("9\n", "y\n")), Map.of());

        var input = bench.merged(base, List.of(x, y), List.of());

        assertThat(bench.show(input, "a.txt")).isEqualTo("x\n2\n3\n4\n5\n6\n7\n8\ny");
    }

    @Test
    void givesTheSameCommitForTheSameInput() throws Exception {
        var x = bench.result(base, "x", Map.of("a.txt", "x\n"), Map.of("out/x", "x"));
        var y = bench.result(base, "y", Map.of("b.txt", "y\n"), Map.of("out/y", "y"));
        var first = bench.merged(base, List.of(x, y), List.of());
        for (var ref :
                bench.inRun("for-each-ref", "--format=%(refname)", "refs/kintsugi-inputs")
                        .lines()
                        .toList()) {
            bench.inRun("update-ref", "-d", ref);
        }

        assertThat(bench.merged(base, List.of(x, y), List.of())).isEqualTo(first);
        assertThat(bench.merged(base, List.of(y, x), List.of())).isNotEqualTo(first);
    }

    @Test
    void namesWhoChangedTheSameLines() throws Exception {
        var x = bench.result(base, "x", Map.of("a.txt", "x\n"), Map.of());
        var z = bench.result(base, "z", Map.of("b.txt", "z\n"), Map.of());
        var y = bench.result(base, "y", Map.of("a.txt", "y\n"), Map.of());

        var conflict = bench.conflict(base, List.of(x, z, y), List.of());

        assertThat(conflict.paths()).containsExactly("a.txt");
        assertThat(conflict.message())
                .isEqualTo(
                        "step x, attempt 1 and step y, attempt 3 changed the same lines of a.txt");
    }

    @Test
    void laysIgnoredFilesOverEachOtherAndTheLastWins() throws Exception {
        var x = bench.result(base, "x", Map.of(), Map.of("out/both", "x", "out/x", "x", "d", "x"));
        var y =
                bench.result(
                        base, "y", Map.of(), Map.of("out/both", "y", "out/y", "y", "d/e", "y"));

        var input = bench.merged(base, List.of(x, y), List.of());

        assertThat(bench.show(input, "out/both")).isEqualTo("y");
        assertThat(bench.show(input, "out/x")).isEqualTo("x");
        assertThat(bench.show(input, "out/y")).isEqualTo("y");
        assertThat(bench.show(input, "d/e")).isEqualTo("y");
        assertThat(bench.server.trees().at(bench.run, input).list())
                .extracting(entry -> entry.path())
                .containsExactly("a.txt", "b.txt");
    }

    @Test
    void doesNotMergeTwiceWhatADiamondShares() throws Exception {
        var top = bench.result(base, "top", Map.of("a.txt", "top\n"), Map.of());
        var left = bench.result(top, "left", Map.of("a.txt", "left\n"), Map.of());
        var right = bench.result(top, "right", Map.of("b.txt", "right\n"), Map.of());

        var input = bench.merged(base, List.of(left, right, top), List.of());

        assertThat(bench.show(input, "a.txt")).isEqualTo("left");
        assertThat(bench.show(input, "b.txt")).isEqualTo("right");
    }

    @Test
    void appliesAPatchToInputsThatDoNotHaveItYetAndOnlyToThem() throws Exception {
        var other = bench.result(base, "other", Map.of("b.txt", "other\n"), Map.of());
        var patch = patch(base, "a.txt", LINES.replace("5\n", "five\n"));
        var proven = bench.result(patch, "proven", Map.of("a.txt", "rewritten\n"), Map.of());

        var fresh = bench.merged(base, List.of(other), List.of(patch));
        var onProven = bench.merged(base, List.of(proven), List.of(patch));

        assertThat(bench.show(fresh, "a.txt")).contains("five");
        assertThat(bench.show(fresh, "b.txt")).isEqualTo("other");
        assertThat(onProven).isEqualTo(proven);
        assertThat(bench.show(bench.merged(base, List.of(), List.of(patch)), "a.txt"))
                .contains("five");
    }

    @Test
    void doesNotApplyAPickedPatchAgainToWhatItsStepMadeOfIt() throws Exception {
        var other = bench.result(base, "other", Map.of("b.txt", "other\n"), Map.of());
        var patch = patch(base, "a.txt", LINES.replace("5\n", "five\n"));
        var picked = bench.merged(base, List.of(other), List.of(patch));
        var after = bench.result(picked, "after", Map.of("a.txt", "rewritten\n"), Map.of());

        var input = bench.merged(base, List.of(after), List.of(patch));

        assertThat(bench.show(input, "a.txt")).isEqualTo("rewritten");
    }

    @Test
    void doesNotBringTheHistoryOfAPatchAlong() throws Exception {
        var far = bench.result(base, "far", Map.of("far.txt", "far\n"), Map.of());
        var patch = patch(far, "a.txt", LINES.replace("5\n", "five\n"));
        var near = bench.result(base, "near", Map.of("b.txt", "near\n"), Map.of());

        var input = bench.merged(base, List.of(near), List.of(patch));
        var both = bench.merged(base, List.of(input, far), List.of(patch));

        assertThat(bench.inRun("ls-tree", "--name-only", input)).isEqualTo("a.txt\nb.txt");
        assertThat(bench.show(both, "far.txt")).isEqualTo("far");
        assertThat(bench.show(both, "a.txt")).contains("five");
    }

    @Test
    void leavesOutAPatchOfFilesThatTheInputDoesNotHave() throws Exception {
        var maker = bench.result(base, "maker", Map.of("made.txt", LINES), Map.of());
        var patch = patch(maker, "made.txt", LINES.replace("5\n", "five\n"));

        assertThat(bench.merged(base, List.of(), List.of(patch))).isEqualTo(base);
    }

    @Test
    void reportsAPatchThatDoesNotFit() throws Exception {
        var patch = patch(base, "a.txt", LINES.replace("5\n", "five\n"));
        var other =
                bench.result(base, "other", Map.of("a.txt", LINES.replace("5\n", "V\n")), Map.of());

        var conflict = bench.conflict(base, List.of(other), List.of(patch));

        assertThat(conflict.paths()).containsExactly("a.txt");
        assertThat(conflict.between()).isEqualTo("step other, attempt 1 and patch mend a.txt");
    }

    @Test
    void saysWhichCommitIsMissing() {
        var nowhere = "1234567812345678123456781234567812345678";

        assertThatThrownBy(() -> bench.merged(base, List.of(nowhere), List.of()))
                .hasMessage("commit %s is not in the repository of run run-1".formatted(nowhere));
        assertThatThrownBy(() -> bench.merged("HEAD", List.of(), List.of()))
                .isInstanceOf(IllegalArgumentException.class);
    }

    private String patch(String input, String path, String content) {
        var change = new FileChange(path, content.getBytes(StandardCharsets.UTF_8), false);
        return bench.server.patches().apply(bench.run, input, List.of(change), "mend " + path);
    }
}
