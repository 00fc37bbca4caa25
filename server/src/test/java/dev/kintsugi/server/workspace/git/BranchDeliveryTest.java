package dev.kintsugi.server.workspace.git;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kintsugi.client.plan.Plan;
import dev.kintsugi.client.task.Task;
import dev.kintsugi.client.task.Task.Delivery.Change;
import dev.kintsugi.server.workspace.Delivery.Delivered;
import dev.kintsugi.server.workspace.FileChange;
import dev.kintsugi.server.workspace.RunRepository;
import dev.kintsugi.server.workspace.WorkspaceException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BranchDeliveryTest {
    @TempDir Path folder;
    private Bench bench;
    private String base;

    @BeforeEach
    void begin() throws Exception {
        bench = new Bench(folder);
        bench.write("a.txt", "one\n");
        bench.write("run.sh", "true\n");
        bench.write("old.txt", "old\n");
        base = bench.commit("first");
        bench.prepare();
    }

    @Test
    void pushesOneCommitPerChangeThatIsNotEmptyAndNothingIgnored() throws Exception {
        var x =
                bench.result(
                        base, "x", Map.of("a.txt", "x\n", "old.txt", ""), Map.of("out/x", "x"));
        var empty = bench.result(x, "empty", Map.of(), Map.of("out/y", "y"));
        var executable = new FileChange("run.sh", "true\n".getBytes(StandardCharsets.UTF_8), true);
        var patch = bench.server.patches().apply(bench.run, empty, List.of(executable), "mode");
        var y = bench.result(patch, "y", Map.of("b.txt", "y\n"), Map.of());

        var delivered = deliver(x, empty, patch, y);

        assertThat(delivered.branch()).isEqualTo("kintsugi/run-1");
        assertThat(bench.inSource("rev-parse", "kintsugi/run-1")).isEqualTo(delivered.commit());
        assertThat(bench.inSource("log", "--format=%s", base + "..kintsugi/run-1"))
                .isEqualTo("change 3\nchange 2\nchange 0");
        assertThat(
                        bench.inSource(
                                "ls-tree",
                                "-r",
                                "--format=%(objectmode) %(path)",
                                "kintsugi/run-1"))
                .isEqualTo("100644 a.txt\n100644 b.txt\n100755 run.sh");
    }

    @Test
    void putsTheWorkOnAFolderBackInItsPlaceAndTouchesNothingElse() throws Exception {
        bench.write("apps/shop/a.txt", "one\n");
        bench.write("apps/zoo.txt", "zoo\n");
        var whole = bench.commit("second");
        var run = new RunRepository("default", "run-of-shop");
        var shop = new Plan.Workspace(bench.source.resolve("apps/shop").toString(), "main");
        var inShop = bench.of(run);
        var base = bench.server.repositories().prepare(run, shop).baseCommit();
        var x = inShop.result(base, "x", Map.of("a.txt", "x\n"), Map.of());
        var y = inShop.result(x, "y", Map.of("new/b.txt", "y\n"), Map.of());
        var changes = List.of(new Change(x, "change x"), new Change(y, "change y"));
        bench.write("a.txt", "moved on\n");
        bench.commit("third");

        var delivered =
                bench.server.delivery().deliver(run, new Task.Delivery(shop, "mended", changes));

        assertThat(bench.inSource("rev-parse", "mended")).isEqualTo(delivered.commit());
        assertThat(bench.inSource("log", "--format=%s", whole + "..mended"))
                .isEqualTo("change y\nchange x");
        assertThat(bench.inSource("diff", "--name-status", whole, "mended"))
                .isEqualTo("M\tapps/shop/a.txt\nA\tapps/shop/new/b.txt");
        assertThat(bench.inSource("fsck", "--strict", "--no-dangling")).isEmpty();
        assertThat(bench.server.delivery().deliver(run, new Task.Delivery(shop, "mended", changes)))
                .isEqualTo(delivered);
    }

    @Test
    void leavesTheCheckoutOfTheSourceAlone() throws Exception {
        bench.write("a.txt", "not committed\n");
        bench.write("untracked.txt", "untracked\n");
        var before = bench.inSource("status", "--porcelain", "--branch");
        var x = bench.result(base, "x", Map.of("a.txt", "x\n"), Map.of());

        deliver(x);

        assertThat(bench.inSource("status", "--porcelain", "--branch")).isEqualTo(before);
        assertThat(bench.source.resolve("a.txt")).hasContent("not committed\n");
        assertThat(bench.inSource("rev-parse", "HEAD")).isEqualTo(base);
    }

    @Test
    void deliversTheSameAgainWithoutAnyChange() throws Exception {
        var x = bench.result(base, "x", Map.of("a.txt", "x\n"), Map.of());
        var first = deliver(x);

        assertThat(deliver(x)).isEqualTo(first);
    }

    @Test
    void doesNotOverwriteABranchThatHoldsOtherWork() throws Exception {
        bench.inSource("branch", "kintsugi/run-1");
        var x = bench.result(base, "x", Map.of("a.txt", "x\n"), Map.of());

        assertThatThrownBy(() -> deliver(x))
                .isInstanceOf(WorkspaceException.class)
                .hasMessageContaining("already has a branch kintsugi/run-1");
        assertThat(bench.inSource("rev-parse", "kintsugi/run-1")).isEqualTo(base);
    }

    @Test
    void saysWhichResultsDoNotFitTogether() throws Exception {
        var x = bench.result(base, "x", Map.of("a.txt", "x\n"), Map.of());
        var y = bench.result(base, "y", Map.of("a.txt", "y\n"), Map.of());

        assertThatThrownBy(() -> deliver(x, y))
                .hasMessageContaining("cannot deliver")
                .hasMessageContaining("step y, attempt 2")
                .hasMessageContaining("a.txt");
    }

    @Test
    void deliversExactlyWhatRandomEditsThroughRandomStepsLeftBehind() throws Exception {
        for (var seed = 1L; seed <= 20; seed++) {
            var random = new Random(seed);
            var results = new ArrayList<String>();
            for (var step = 0; step < 6; step++) {
                var needs = new ArrayList<String>();
                for (var result : results) {
                    if (random.nextBoolean()) {
                        needs.add(result);
                    }
                }
                var input = bench.merged(base, needs, List.of());
                results.add(bench.result(input, "s" + step, edits(random, step), Map.of()));
            }

            var branch = "kintsugi/seed-" + seed;
            var tip = deliver(branch, results).commit();

            var merged = bench.merged(base, results, List.of());
            assertThat(bench.inSource("rev-parse", tip + "^{tree}"))
                    .as("seed %d", seed)
                    .isEqualTo(bench.inRun("rev-parse", merged + "^{tree}"));
        }
    }

    @Test
    void asksNothingUnusualOfAHostElsewhere() {
        var elsewhere = new Sources.Remote("git@github.com:team/shop.git", "main");

        assertThat(BranchDelivery.pushing(elsewhere, "refs/heads/x", "0".repeat(40)))
                .noneMatch(argument -> argument.startsWith("--receive-pack"));
    }

    /** Each step has files of its own, and files that it makes, changes and removes. */
    private static Map<String, String> edits(Random random, int step) {
        var edits = new TreeMap<String, String>();
        for (var i = random.nextInt(1, 5); i > 0; i--) {
            var path = "s%d/%d/ü %d".formatted(step, random.nextInt(2), random.nextInt(3));
            edits.put(
                    path, random.nextInt(4) == 0 ? "" : "line\n".repeat(random.nextInt(1, 20)) + i);
        }
        return edits;
    }

    private Delivered deliver(String... commits) throws InterruptedException {
        return deliver("kintsugi/run-1", List.of(commits));
    }

    private Delivered deliver(String branch, List<String> commits) throws InterruptedException {
        var changes = new ArrayList<Change>();
        for (var i = 0; i < commits.size(); i++) {
            changes.add(new Change(commits.get(i), "change " + i));
        }
        return bench.server
                .delivery()
                .deliver(bench.run, new Task.Delivery(bench.workspace(), branch, changes));
    }
}
