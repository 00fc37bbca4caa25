package dev.kintsugi.server.repair;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kintsugi.client.plan.Step;
import dev.kintsugi.client.secret.Redactor;
import dev.kintsugi.client.task.LeasedTask;
import dev.kintsugi.client.task.Patch;
import dev.kintsugi.client.task.Task;
import dev.kintsugi.client.task.TaskResult;
import dev.kintsugi.client.task.TaskResult.PatchNotFound;
import dev.kintsugi.client.task.TaskResult.PatchProposed;
import dev.kintsugi.client.worker.TaskContext;
import dev.kintsugi.healing.Failure;
import dev.kintsugi.healing.FailureCategory;
import dev.kintsugi.healing.FailureClass;
import dev.kintsugi.server.platform.Blobs;
import dev.kintsugi.server.repair.catalogue.CatalogueSource;
import dev.kintsugi.server.workspace.gate.MemoryTree;
import dev.kintsugi.server.workspace.gate.NormalisedPatch;
import dev.kintsugi.server.workspace.gate.SourceTree;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class MendHandlerTest {
    private static final String BROKEN = "all:\n        @echo ok\n";
    private static final String EVIDENCE =
            "Makefile:2: *** missing separator (did you mean TAB instead of 8 spaces?).  Stop.\n";

    private static final CatalogueSource CATALOGUE = CatalogueSource.shipped();
    private static final String FINGERPRINT = Mends.failure(FailureCategory.UNKNOWN).fingerprint();

    private final MemoryTree tree = MemoryTree.of(Map.of("Makefile", BROKEN, ".env", "A=1\n"));
    private final Map<String, byte[]> blobs = new HashMap<>();
    private final List<String> commits = new ArrayList<>();
    private final MemoryLearnedPatches learned =
            new MemoryLearnedPatches(InstantSource.fixed(Instant.EPOCH));
    private final List<String> ranCommands = new ArrayList<>();
    private boolean cancelled;

    /** A command that costs something and changes nothing. */
    private static final String DEAR = "./ask-somebody.sh";

    @Test
    void commitsTheFirstPatchThatPassesAndKeepsItsDiff() throws Exception {
        var proposed = (PatchProposed) mend(Mends.step("make", Map.of(), null));

        var patch = (Patch.TreePatch) proposed.patch();
        assertThat(patch.source()).isEqualTo(Patch.Source.CATALOGUE);
        assertThat(patch.files()).containsExactly("Makefile");
        assertThat(patch.lines()).isEqualTo(2);
        assertThat(new String(blobs.get(patch.diff()), UTF_8)).contains("+\t@echo ok\n");
        assertThat(commits).hasSize(1);
    }

    @Test
    void anExcludedPatchIsNotTriedAgainWhateverSourceHasIt() throws Exception {
        Step step = Mends.step("make", Map.of(), null);
        var first = (Patch.TreePatch) ((PatchProposed) mend(step)).patch();
        learn(first);

        assertThat(mend(step, first.id())).isInstanceOf(PatchNotFound.class);
    }

    @Test
    void aLearnedPatchComesFirstAlsoWhereItsLinesMoved() throws Exception {
        Step step = Mends.step("make", Map.of(), null);
        var first = (Patch.TreePatch) ((PatchProposed) mend(step)).patch();
        learn(first);
        tree.with("Makefile", ("# a comment\n\n" + BROKEN).getBytes(UTF_8));

        var again = (PatchProposed) mend(step);

        assertThat(again.patch().source()).isEqualTo(Patch.Source.LEARNED);
        assertThat(again.patch().id()).isNotEqualTo(first.id());
    }

    @Test
    void aLearnedPatchWhoseLinesMovedIsCountedAsTheOneThatWasLearned() throws Exception {
        Step step = Mends.step("make", Map.of(), null);
        learn((Patch.TreePatch) ((PatchProposed) mend(step)).patch());
        tree.with("Makefile", ("# a comment\n\n" + BROKEN).getBytes(UTF_8));

        var again = ((PatchProposed) mend(step)).patch();
        learned.penalise(Mends.TENANT, FINGERPRINT, again.id());

        assertThat(learned.find(Mends.TENANT, FINGERPRINT))
                .singleElement()
                .returns(1, LearnedPatches.Learned::refused);
        assertThat(mend(step, again.id())).isInstanceOf(PatchNotFound.class);
    }

    @Test
    void whatAModelWroteIsAModelsAlsoWhenItWasLearned() throws Exception {
        Step step = Mends.step("make", Map.of(), null);
        var first = (Patch.TreePatch) ((PatchProposed) mend(step)).patch();
        learn(
                new Patch.TreePatch(
                        "0123456789abcdef",
                        Patch.Source.MODEL,
                        first.title(),
                        first.commit(),
                        first.diff(),
                        first.files(),
                        first.lines()));

        var again = ((PatchProposed) mend(step)).patch();

        assertThat(again.source()).isEqualTo(Patch.Source.MODEL);
        assertThat(again.id()).isEqualTo(learnedId());
    }

    @Test
    void aCommandIsRunOnlyWhenNothingCheaperIsLeft() throws Exception {
        Step step = Mends.step("make", Map.of(), "echo >> Makefile");
        ranCommands.clear();

        var first = ((PatchProposed) mend(step)).patch();

        assertThat(first.source()).isEqualTo(Patch.Source.CATALOGUE);
        assertThat(ranCommands).isEmpty();
        assertThat(((PatchProposed) mend(step, first.id())).patch().source())
                .isEqualTo(Patch.Source.AUTOFIX);
        assertThat(ranCommands).containsExactly("echo >> Makefile");
    }

    @Test
    void anAutofixThatFailsSaysSo() throws Exception {
        tree.with("Makefile", "all:\n\tfalse\n".getBytes(UTF_8));

        var none = (PatchNotFound) mend(Mends.step("make", Map.of(), "echo no tool; exit 3"));

        assertThat(none.refused())
                .containsExactly("autofix: Run the step's autofix: it failed: no tool");
    }

    @Test
    void anAutofixThatChangesNothingSaysSo() throws Exception {
        tree.with("Makefile", "all:\n\tfalse\n".getBytes(UTF_8));

        var none = (PatchNotFound) mend(Mends.step("make", Map.of(), "true"));

        assertThat(none.refused())
                .containsExactly("autofix: Run the step's autofix: it changed nothing");
    }

    @Test
    void whatAnAutofixCostsIsWhatTheSearchCosts() throws Exception {
        tree.with("Makefile", "all:\n\tfalse\n".getBytes(UTF_8));

        assertThat(mend(Mends.step("make", Map.of(), DEAR)).usage().costNanoUsd()).isEqualTo(7);
    }

    private void learn(Patch.TreePatch patch) {
        learned.remember(
                Mends.TENANT, FINGERPRINT, patch, new String(blobs.get(patch.diff()), UTF_8));
    }

    private String learnedId() {
        return learned.find(Mends.TENANT, FINGERPRINT).getFirst().id();
    }

    @Test
    void anAutofixThatTouchesSecretsIsRefusedWhole() throws Exception {
        tree.with("Makefile", "all:\n\tfalse\n".getBytes(UTF_8));

        var none =
                (PatchNotFound)
                        mend(Mends.step("make", Map.of(), "echo >> Makefile; echo B=2 >> .env"));

        assertThat(none.refused()).singleElement().asString().contains(".env: secret-file");
        assertThat(commits).isEmpty();
    }

    @Test
    void anAutofixThatLinksOutsideIsRefused() throws Exception {
        tree.with("Makefile", "all:\n\tfalse\n".getBytes(UTF_8));

        var none = (PatchNotFound) mend(Mends.step("make", Map.of(), "ln -s /etc/passwd users"));

        assertThat(none.refused()).singleElement().asString().contains("symlink");
    }

    @Test
    void anAutofixThatWritesAKnownSecretIsRefused() throws Exception {
        tree.with("Makefile", "all:\n\tfalse\n".getBytes(UTF_8));

        var none =
                (PatchNotFound)
                        mend(Mends.step("make", Map.of(), "printf 'plum tree' | base64 > notes"));

        assertThat(none.refused()).singleElement().asString().contains("notes: secret");
        assertThat(commits).isEmpty();
    }

    @Test
    void failuresOfClassSecurityAreNeverPatched() throws Exception {
        Step step = Mends.step("make", Map.of(), null);
        Failure failure = Mends.failure(FailureCategory.UNKNOWN).as(FailureClass.SECURITY);

        var result = handle(Mends.task(step, failure, blob(EVIDENCE)));

        assertThat(result).isInstanceOf(PatchNotFound.class);
        assertThat(commits).isEmpty();
    }

    @Test
    void aSourceAtFaultDoesNotHideTheOthers() throws Exception {
        PatchSource broken =
                new PatchSource() {
                    @Override
                    public Patch.Source source() {
                        return Patch.Source.LEARNED;
                    }

                    @Override
                    public List<Proposal> propose(MendRequest request) {
                        throw new IllegalStateException("broken");
                    }
                };
        Step step = Mends.step("make", Map.of(), null);
        var task = Mends.task(step, Mends.failure(FailureCategory.UNKNOWN), blob(EVIDENCE));

        var result = handler(List.of(CATALOGUE, broken)).handle(leased(task), new Context());

        assertThat(((PatchProposed) result).refused())
                .singleElement()
                .asString()
                .startsWith("learned: failed");
    }

    @Test
    void stopsWhenNoLongerWanted() {
        cancelled = true;

        assertThatThrownBy(() -> mend(Mends.step("make", Map.of(), null)))
                .isInstanceOf(InterruptedException.class);
        assertThat(commits).isEmpty();
    }

    @Test
    void aStepThatRanOutOfTimeGetsMore() throws Exception {
        Step step = Mends.step("sleep 400", Map.of(), null);

        var result = handle(Mends.task(step, Mends.failure(FailureCategory.TIMEOUT), null));

        var patch = (Patch.StepPatch) ((PatchProposed) result).patch();
        assertThat(patch.timeoutMillis()).isEqualTo(450_000L);
    }

    private TaskResult mend(Step step, String... tried) throws Exception {
        return handle(
                Mends.task(step, Mends.failure(FailureCategory.UNKNOWN), blob(EVIDENCE), tried));
    }

    private TaskResult handle(Task task) throws Exception {
        return handler(List.of(new AutofixSource(), CATALOGUE, new LearnedSource(learned)))
                .handle(leased(task), new Context());
    }

    private static LeasedTask leased(Task task) {
        return new LeasedTask(task, Step.QueueClass.CPU, 1, Instant.EPOCH);
    }

    private String blob(String text) {
        return new Kept().put(Mends.TENANT, text.getBytes(UTF_8));
    }

    private MendHandler handler(List<PatchSource> sources) {
        return new MendHandler(
                sources,
                new MendHandler.Place(new Sink(), this::ran),
                new Kept(),
                new MendHandler.Limits(
                        List.of("**"), Mends.MEMORY_BYTES, _ -> Redactor.of(List.of("plum tree"))),
                InstantSource.fixed(Instant.EPOCH));
    }

    private ScratchRun.Outcome ran(Task task, String command) {
        ranCommands.add(command);
        return command.equals(DEAR)
                ? new ScratchRun.Nothing("it changed nothing", 7)
                : new Workbench(tree, Map.of()).run(task, command);
    }

    private final class Sink implements PatchSink {
        @Override
        public SourceTree tree(Task task) {
            return tree;
        }

        @Override
        public String commit(Task task, NormalisedPatch.Tree patch, String message) {
            commits.add(message);
            return "commit" + commits.size();
        }
    }

    private final class Kept implements Blobs {
        @Override
        public String put(String tenant, byte[] content) {
            String hash = "hash" + blobs.size();
            blobs.put(hash, content);
            return hash;
        }

        @Override
        public Optional<byte[]> get(String tenant, @Nullable String hash) {
            return Optional.ofNullable(blobs.get(hash));
        }
    }

    private final class Context implements TaskContext {
        @Override
        public boolean cancelled() {
            return cancelled;
        }

        @Override
        public void onCancel(Runnable action) {}

        @Override
        public void log(byte[] bytes) {}
    }
}
