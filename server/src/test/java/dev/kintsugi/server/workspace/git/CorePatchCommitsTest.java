package dev.kintsugi.server.workspace.git;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kintsugi.server.workspace.FileChange;
import dev.kintsugi.server.workspace.Trees.Entry;
import dev.kintsugi.server.workspace.Trees.Mode;
import dev.kintsugi.server.workspace.WorkspaceException;
import dev.kintsugi.server.workspace.WorkspaceException.Code;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CorePatchCommitsTest {
    private static final List<FileChange> GERMAN =
            List.of(new FileChange("a.txt", "eins\ntwo\n".getBytes(UTF_8), false));

    @TempDir Path folder;
    private Bench bench;
    private String input;

    @BeforeEach
    void begin() throws Exception {
        bench = new Bench(folder);
        bench.write("a.txt", "one\ntwo\n");
        bench.write("run.sh", "true\n");
        var base = bench.commit("first");
        bench.prepare();
        input = bench.result(base, "x", Map.of(), Map.of("out/x", "ignored"));
    }

    @Test
    void commitsAFileOnTopOfTheInputAndKeepsIgnoredFiles() throws Exception {
        var patch = bench.server.patches().apply(bench.run, input, GERMAN, "count in German");

        assertThat(bench.show(patch, "a.txt")).isEqualTo("eins\ntwo");
        assertThat(bench.show(patch, "out/x")).isEqualTo("ignored");
        assertThat(bench.inRun("rev-parse", patch + "^^"))
                .isEqualTo(bench.inRun("rev-parse", input + "^"));
        assertThat(bench.server.patches().apply(bench.run, input, GERMAN, "count in German"))
                .isEqualTo(patch);
    }

    @Test
    void showsACommitAsTheDiffThatMadeIt() {
        var patch = bench.server.patches().apply(bench.run, input, GERMAN, "count in German");

        var diff = bench.server.trees().diff(bench.run, patch);

        assertThat(diff).contains("-one\n+eins\n two\n").doesNotContain("out/x");
    }

    @Test
    void commitsWholeFilesTheirModesAndTheirRemoval() {
        var changes =
                List.of(
                        new FileChange("run.sh", "true\n".getBytes(UTF_8), true),
                        new FileChange("new/ä.txt", "new\n".getBytes(UTF_8), false),
                        new FileChange("a.txt", null, false));

        var patch = bench.server.patches().apply(bench.run, input, changes, "change files");

        var tree = bench.server.trees().at(bench.run, patch);
        assertThat(tree.list()).extracting(Entry::path).containsExactly("new/ä.txt", "run.sh");
        assertThat(tree.find("run.sh")).map(Entry::mode).contains(Mode.EXECUTABLE);
        assertThat(tree.find("new")).map(Entry::mode).contains(Mode.FOLDER);
        assertThat(tree.read("new/ä.txt")).contains("new\n".getBytes(UTF_8));
        assertThat(tree.read("new")).isEmpty();
        assertThat(tree.find("a.txt")).isEmpty();
        assertThat(tree.find("/run.sh")).isEmpty();
        assertThat(tree.find("")).isEmpty();
    }

    @Test
    void appliesAllOfAPatchOrNothing() {
        var half = List.of(GERMAN.getFirst(), new FileChange("there/is/none.sh", null, false));

        assertThatThrownBy(() -> bench.server.patches().apply(bench.run, input, half, "half"))
                .isInstanceOf(WorkspaceException.class)
                .hasMessageContaining("there is no file there/is/none.sh to remove")
                .extracting(e -> ((WorkspaceException) e).code())
                .isEqualTo(Code.PATCH_DOES_NOT_APPLY);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                ".git/config",
                "../x",
                "a/../../x",
                "/etc/x",
                "a//b",
                ".GIT/config",
                "",
                "x/."
            })
    void refusesPathsThatNoTreeMayHold(String path) {
        var change = List.of(new FileChange(path, "x".getBytes(UTF_8), false));

        assertThatThrownBy(() -> bench.server.patches().apply(bench.run, input, change, "x"))
                .isInstanceOf(WorkspaceException.class);
    }

    @Test
    void refusesPatchesThatChangeNothing() {
        var same = List.of(new FileChange("a.txt", "one\ntwo\n".getBytes(UTF_8), false));

        assertThatThrownBy(() -> bench.server.patches().apply(bench.run, input, same, "same"))
                .hasMessageContaining("changes nothing");
    }
}
