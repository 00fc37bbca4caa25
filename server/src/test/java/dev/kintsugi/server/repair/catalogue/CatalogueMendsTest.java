package dev.kintsugi.server.repair.catalogue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import dev.kintsugi.client.plan.Step;
import dev.kintsugi.client.task.Task;
import dev.kintsugi.healing.FailureCategory;
import dev.kintsugi.server.repair.MendRequest;
import dev.kintsugi.server.repair.Mends;
import dev.kintsugi.server.repair.Proposal;
import dev.kintsugi.server.repair.ScratchRun.Changed;
import dev.kintsugi.server.repair.ScratchRun.Nothing;
import dev.kintsugi.server.repair.Workbench;
import dev.kintsugi.server.workspace.gate.Gate;
import dev.kintsugi.server.workspace.gate.MemoryTree;
import dev.kintsugi.server.workspace.gate.NormalisedPatch;
import dev.kintsugi.server.workspace.gate.ProposedPatch;
import dev.kintsugi.server.workspace.gate.Verdict;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class CatalogueMendsTest {
    /** Most failures one after another until a fixture is mended. */
    private static final int MAX_ROUNDS = 5;

    /** Fewest entries that continuous integration has to see mend; it installs tools for more. */
    private static final int MIN_ENTRIES = 25;

    private static final List<Entry> ENTRIES = CatalogueReader.shipped();
    private static final Task TASK =
            Mends.task(
                    Mends.step("x", Map.of(), null), Mends.failure(FailureCategory.UNKNOWN), null);

    @TempDir Path folder;

    static List<Fixture> fixtures() {
        return Fixture.all();
    }

    /** Those whose tool is at hand and works; says which are left out, so that nobody is misled. */
    static List<Fixture> runnable() {
        var known = Fixture.all().stream().filter(f -> !f.tool().equals("-")).toList();
        var able = known.stream().filter(f -> Workbench.has(f.tool())).toList();
        System.out.printf(
                "%d of %d fixtures with the real tool; not at hand: %s%n",
                able.size(),
                known.size(),
                known.stream()
                        .filter(f -> !able.contains(f))
                        .map(f -> f + " (" + f.tool() + ")")
                        .toList());
        var entries = able.stream().map(Fixture::entry).distinct().count();
        assertThat(entries)
                .as("entries of the catalogue tried with their real tools")
                .isGreaterThanOrEqualTo(System.getenv("CI") != null ? MIN_ENTRIES : 1);
        return able;
    }

    static List<Fixture> commands() {
        return Fixture.all().stream()
                .filter(f -> entry(f.entry()).operation() instanceof Operation.RunCommand)
                .toList();
    }

    @ParameterizedTest
    @MethodSource("fixtures")
    void proposesAPatchThatPassesTheGateAndNothingMoreAfterIt(Fixture fixture) throws Exception {
        var source = new CatalogueSource(List.of(entry(fixture.entry())));
        Step step = Mends.step(fixture.command(), fixture.env(), null);

        List<Proposal> proposals = source.propose(request(fixture, step, fixture.tree()));

        assertThat(proposals).isNotEmpty();
        var change = change(proposals.getFirst(), stub(fixture));
        Verdict verdict = Gate.judge(change, Mends.policy(step), fixture.tree());
        assertThat(verdict).isInstanceOf(Verdict.Passed.class);
        if (proposals.getFirst() instanceof Proposal.Change
                && ((Verdict.Passed) verdict).patch() instanceof NormalisedPatch.Tree patch) {
            var mended = fixture.tree().after(patch);
            assertThat(source.propose(request(fixture, step, mended))).isEmpty();
        }
    }

    @ParameterizedTest
    @MethodSource("commands")
    void aCommandCallsItsToolInTheOneWayThatMends(Fixture fixture) throws Exception {
        var operation = (Operation.RunCommand) entry(fixture.entry()).operation();
        var another = new Workbench(fixture.tree(), path(stub(fixture.runs() + " --other", "x")));

        assertThat(stub(fixture).run(TASK, operation.command())).isInstanceOf(Changed.class);
        assertThat(another.run(TASK, operation.command())).isInstanceOf(Nothing.class);
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
            List<Proposal> proposals = new CatalogueSource(ENTRIES).propose(request);
            assertThat(proposals).as("round %d: %s", round, outcome.output()).isNotEmpty();
            var verdict = Gate.judge(change(proposals.getFirst(), bench), Mends.policy(step), tree);
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
        var source = new CatalogueSource(ENTRIES);

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

    private static ProposedPatch change(Proposal proposal, Workbench bench) {
        return switch (proposal) {
            case Proposal.Change(_, var change) -> change;
            case Proposal.Known(_, var change, _, _) -> change;
            case Proposal.Command(_, var command) -> {
                var outcome = bench.run(TASK, command);
                assertThat(outcome).isInstanceOf(Changed.class);
                yield new ProposedPatch.DiffChange(((Changed) outcome).diff(), false);
            }
        };
    }

    /** A bench whose only tool is a program that mends when it is called as it should be. */
    private Workbench stub(Fixture fixture) throws IOException {
        return fixture.runs().isEmpty()
                ? new Workbench(fixture.tree(), fixture.env())
                : new Workbench(
                        fixture.tree(),
                        path(stub(fixture.runs(), fixture.tree().list().getFirst())));
    }

    /** A folder with the program, which adds a line to a file or says how it was called. */
    private Path stub(String call, String file) throws IOException {
        var words = call.split(" ", 2);
        var bin = Files.createTempDirectory(folder, "stub");
        var program = bin.resolve(words[0]);
        Files.writeString(
                program,
                """
                #!/bin/sh
                if [ "$*" = "%s" ]; then echo >> '%s'; else echo "called with $*"; exit 64; fi
                """
                        .formatted(words[1], file));
        assertThat(program.toFile().setExecutable(true)).isTrue();
        return bin;
    }

    private static Map<String, String> path(Path first) {
        return Map.of("PATH", first + File.pathSeparator + System.getenv("PATH"));
    }
}
