package dev.kintsugi.server.repair.catalogue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import dev.kintsugi.client.plan.Step;
import dev.kintsugi.healing.FailureCategory;
import dev.kintsugi.server.repair.MendRequest;
import dev.kintsugi.server.repair.Mends;
import dev.kintsugi.server.repair.Proposal;
import dev.kintsugi.server.repair.ScratchRun;
import dev.kintsugi.server.repair.Workbench;
import dev.kintsugi.server.workspace.gate.Gate;
import dev.kintsugi.server.workspace.gate.MemoryTree;
import dev.kintsugi.server.workspace.gate.NormalisedPatch;
import dev.kintsugi.server.workspace.gate.Verdict;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class CatalogueMendsTest {
    /** Most failures one after another until a fixture is mended. */
    private static final int MAX_ROUNDS = 5;

    private static final List<Entry> ENTRIES = CatalogueReader.shipped();

    static List<Fixture> fixtures() {
        return Fixture.all();
    }

    static List<Fixture> runnable() {
        return Fixture.all().stream().filter(f -> Workbench.has(f.tool())).toList();
    }

    @ParameterizedTest
    @MethodSource("fixtures")
    void proposesAPatchThatPassesTheGateAndNothingMoreAfterIt(Fixture fixture) throws Exception {
        var source = new CatalogueSource(List.of(entry(fixture.entry())), scratch(fixture));
        Step step = Mends.step(fixture.command(), fixture.env(), null);

        List<Proposal> proposals = source.propose(request(fixture, step, fixture.tree()));

        assertThat(proposals).isNotEmpty();
        Verdict verdict =
                Gate.judge(proposals.getFirst().patch(), Mends.policy(step), fixture.tree());
        assertThat(verdict).isInstanceOf(Verdict.Passed.class);
        if (((Verdict.Passed) verdict).patch() instanceof NormalisedPatch.Tree patch) {
            var mended = fixture.tree().after(patch);
            var again =
                    new CatalogueSource(
                            List.of(entry(fixture.entry())), (_, _) -> Optional.empty());
            assertThat(again.propose(request(fixture, step, mended))).isEmpty();
        }
    }

    @ParameterizedTest
    @MethodSource("runnable")
    void theMendedTreePassesTheRealTool(Fixture fixture) throws Exception {
        MemoryTree tree = fixture.tree();
        Map<String, String> env = new HashMap<>(fixture.env());
        for (int round = 0; round <= MAX_ROUNDS; round++) {
            var bench = new Workbench(tree, env);
            var outcome = bench.run(fixture.command());
            if (outcome.exitCode() == 0) {
                assertThat(round).as("rounds of mending").isPositive();
                return;
            }
            Step step = Mends.step(fixture.command(), env, null);
            var request = Mends.request(step, FailureCategory.UNKNOWN, outcome.output(), tree);
            List<Proposal> proposals = new CatalogueSource(ENTRIES, bench).propose(request);
            assertThat(proposals).as("round %d: %s", round, outcome.output()).isNotEmpty();
            var verdict = Gate.judge(proposals.getFirst().patch(), Mends.policy(step), tree);
            assertThat(verdict).isInstanceOf(Verdict.Passed.class);
            switch (((Verdict.Passed) verdict).patch()) {
                case NormalisedPatch.Tree patch -> tree = tree.after(patch);
                case NormalisedPatch.StepFields(var set, _) -> env.putAll(set);
            }
        }
        fail("still broken after " + MAX_ROUNDS + " patches");
    }

    /** Each of these would overflow the stack or never end under a careless pattern. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "  |\n",
                " --> src/lib.rs:1:1\n  |\n",
                "a: 1: ",
                "error: cannot find symbol\n",
                "File \"a.py\", line 1, in x\n    y\n",
                "1.0.0, ",
                "x/",
                "'",
                "\\"
            })
    void hugeEvidenceIsReadInTime(String part) {
        String evidence = part.repeat(MendRequest.MAX_EVIDENCE / part.length());
        var request =
                Mends.request(
                        Mends.step("x", Map.of(), null),
                        FailureCategory.UNKNOWN,
                        evidence,
                        MemoryTree.of(Map.of()));
        var source = new CatalogueSource(ENTRIES, (_, _) -> Optional.empty());

        assertTimeoutPreemptively(Duration.ofSeconds(20), () -> source.propose(request));
    }

    @Test
    void everyEntryHasAFixture() {
        var tested = fixtures().stream().map(Fixture::entry).collect(Collectors.toSet());

        assertThat(ENTRIES).extracting(Entry::id).allMatch(tested::contains);
        assertThat(ENTRIES).hasSizeGreaterThanOrEqualTo(28);
    }

    private static Entry entry(String id) {
        return ENTRIES.stream()
                .filter(e -> e.id().equals(id))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no entry " + id));
    }

    private static MendRequest request(Fixture fixture, Step step, MemoryTree tree) {
        var category =
                fixture.entry().equals("timeout")
                        ? FailureCategory.TIMEOUT
                        : FailureCategory.UNKNOWN;
        return Mends.request(step, category, fixture.evidence(), tree);
    }

    /** The tool where it is at hand, else one that adds a line to the first file. */
    private static ScratchRun scratch(Fixture fixture) {
        if (Workbench.has(fixture.tool())) {
            return new Workbench(fixture.tree(), fixture.env());
        }
        var bench = new Workbench(fixture.tree(), Map.of());
        String file = fixture.tree().list().getFirst();
        return (task, _) -> bench.diff(task, "echo >> " + file);
    }
}
