package dev.kintsugi.server.workspace.step;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.kintsugi.client.plan.Step.Effects;
import dev.kintsugi.client.plan.Work;
import dev.kintsugi.client.task.TaskKind;
import dev.kintsugi.client.task.TaskResult;
import dev.kintsugi.client.task.TaskResult.Done;
import dev.kintsugi.client.task.TaskResult.Failed;
import dev.kintsugi.client.task.TaskResult.Reconciled;
import dev.kintsugi.client.task.TaskResult.Verdict;
import dev.kintsugi.healing.Evidence;
import dev.kintsugi.healing.FailureCategory;
import dev.kintsugi.healing.FailureClass;
import dev.kintsugi.server.workspace.WorkspaceException;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(60)
final class StepHandlerTest {
    private Workshop workshop;

    @BeforeEach
    void prepare() throws IOException {
        workshop = new Workshop();
    }

    @AfterEach
    void clean() {
        workshop.close();
    }

    @Test
    void tellsTheStepWhoItIsAndKeepsItsOutput() throws Exception {
        var result =
                (Done)
                        workshop.exec(
                                """
                                echo "I am $KINTSUGI_RUN $KINTSUGI_STEP $KINTSUGI_ATTEMPT"
                                echo "{\\"key\\": \\"$KINTSUGI_IDEMPOTENCY_KEY\\", \\"cost_usd\\": 0.25}" \
                                    >"$KINTSUGI_OUTPUT"
                                """);

        assertThat(workshop.context.text()).contains("I am r1 build 2\n", "network: full");
        assertThat(workshop.blob(result.output()))
                .isEqualTo("{\"key\":\"r1:build:1\",\"cost_usd\":0.25}");
        assertThat(result.usage().costNanoUsd()).isEqualTo(250_000_000);
        assertThat(result.commit()).isNull();
        assertThat(workshop.context.text()).contains("sandbox: ");
    }

    @Test
    void worksInTheCheckoutAndCapturesWhatCameOfIt() throws Exception {
        workshop.workspace = true;

        var result = (Done) workshop.exec("pwd; echo built >result.txt");

        assertThat(workshop.context.text()).contains(workshop.bench.path().toString());
        assertThat(workshop.bench.path().resolve("result.txt")).hasContent("built");
        assertThat(result.commit()).isEqualTo("commit-1");
        assertThat(result.usage().checkoutMillis()).isEqualTo(12);
        assertThat(workshop.bench.calls).containsExactly("open", "capture", "pass", "close");
    }

    @Test
    void keepsTheCheckoutOfAFailedAttemptAndTheEndOfWhatItSaid() throws Exception {
        workshop.workspace = true;
        workshop.declared = FailureClass.TEST;

        var result = (Failed) workshop.exec("printf '\\033[31mred\\033[0m tests\\n'; exit 3");

        assertThat(result.failure().rule()).isEqualTo("exit-3");
        assertThat(result.failure().failureClass()).isEqualTo(FailureClass.TEST);
        assertThat(workshop.classified)
                .containsExactly(new Evidence.ProcessExit(3, false, "red tests\n"));
        assertThat(workshop.blob(result.evidence())).isEqualTo("\u001b[31mred\u001b[0m tests\n");
        assertThat(workshop.context.text()).contains("\u001b[31mred");
        assertThat(workshop.bench.calls).containsExactly("open", "keep", "close");
    }

    @Test
    void keepsNothingOfACommandThatWasToMend() throws Exception {
        workshop.workspace = true;
        workshop.kind = TaskKind.MEND;

        var result = workshop.exec("false");

        assertThat(result).isInstanceOf(Failed.class);
        assertThat(workshop.bench.calls).containsExactly("open", "close");
    }

    @Test
    void keepsTheCheckoutAndTheCostOfWorkThatCannotBeCaptured() throws Exception {
        workshop.workspace = true;
        workshop.bench.refusal =
                new WorkspaceException(WorkspaceException.Code.TOO_LARGE, "it left too much");

        var result = (Failed) workshop.exec("echo '{\"cost_usd\": 0.5}' >$KINTSUGI_OUTPUT");

        assertThat(result.failure().rule()).isEqualTo("workspace.too_large");
        assertThat(result.usage().costNanoUsd()).isEqualTo(500_000_000);
        assertThat(workshop.bench.calls).containsExactly("open", "capture", "keep", "close");
    }

    @Test
    void aTenantIsGivenItsOwnSecretsOnly() throws Exception {
        workshop.environment.put("KINTSUGI_SECRET_TOKEN", "of-the-default-tenant");
        workshop.tenant = "acme";

        var result = (Failed) workshop.exec("echo ${secrets.TOKEN}");

        assertThat(result.failure().rule()).isEqualTo("step.secret");
        assertThat(result.failure().message()).contains("secrets/acme/TOKEN");
    }

    @Test
    void aMissingToolIsClassifiedByItsExitCode() throws Exception {
        var result = (Failed) workshop.exec("no-such-tool-here --version");

        assertThat(result.failure().rule()).isEqualTo("exit-127");
        assertThat(((Evidence.ProcessExit) workshop.classified.getFirst()).output())
                .contains("no-such-tool-here");
    }

    @Test
    void aConflictOfInputsIsTheAttemptsFailure() throws Exception {
        workshop.workspace = true;
        workshop.bench.conflict =
                new WorkspaceException(WorkspaceException.Code.CONFLICT, "a.txt was changed twice");

        var result = (Failed) workshop.exec("true");

        assertThat(result.failure().rule()).isEqualTo("workspace.conflict");
        assertThat(workshop.bench.calls).isEmpty();
    }

    @Test
    void stopsAStepWhoseTimeIsUp() throws Exception {
        workshop.timeout = Duration.ofMillis(400);

        var result = (Failed) workshop.exec("echo started; sleep 86000");

        assertThat(result.failure().rule()).isEqualTo("timeout");
        assertThat(((Evidence.ProcessExit) workshop.classified.getFirst()).output())
                .startsWith("started\n");
    }

    @Test
    void stopsAStepThatIsNoLongerWanted() throws Exception {
        var running = inBackground("echo up; sleep 86000");
        await().until(() -> workshop.context.text().contains("up\n"));

        workshop.context.cancel();

        assertThatThrownBy(running::get)
                .isInstanceOf(ExecutionException.class)
                .hasCauseInstanceOf(InterruptedException.class);
    }

    @Test
    void aStepThatIsStoppedSaysWhatItHasCost() throws Exception {
        var running =
                inBackground("echo '{\"cost_usd\": 0.5}' > $KINTSUGI_OUTPUT; echo up; sleep 86000");
        await().until(() -> workshop.context.text().contains("up\n"));

        workshop.context.cancel();

        assertThat(running.get().usage().costNanoUsd()).isEqualTo(500_000_000L);
    }

    @Test
    void showsOutputWhileTheStepRuns() throws Exception {
        var running = inBackground("echo early; sleep 86000");

        await().atMost(Duration.ofSeconds(10))
                .until(() -> workshop.context.text().contains("early\n"));

        assertThat(running).isNotDone();
        workshop.context.cancel();
    }

    @Test
    void recheckLeavesNoResultBehind() throws Exception {
        workshop.workspace = true;
        workshop.kind = TaskKind.RECHECK;

        var result = (Done) workshop.exec("true");

        assertThat(result.commit()).isNull();
        assertThat(workshop.bench.calls).containsExactly("open", "pass", "close");
    }

    @Test
    void aReceiptIsHandedInWhileTheStepStillRunsAndWithoutSecrets() throws Exception {
        workshop.effects = Effects.ONCE;
        workshop.environment.put("KINTSUGI_SECRET_TOKEN", "hunter2-hunter2");
        var running = inBackground("echo ch_1 hunter2-hunter2 > $KINTSUGI_RECEIPT; sleep 86000");

        await().atMost(Duration.ofSeconds(20)).until(() -> !workshop.context.receipts().isEmpty());
        workshop.context.cancel();
        assertThatThrownBy(running::join).hasCauseInstanceOf(InterruptedException.class);

        assertThat(workshop.context.receipts().getFirst()).startsWith("ch_1 ");
        assertThat(workshop.context.receipts().toString()).doesNotContain("hunter2");
    }

    @Test
    void aReceiptIsHandedInAtTheEndThoughTheStepFails() throws Exception {
        workshop.effects = Effects.ONCE;

        var result = workshop.exec("printf ch_1 > $KINTSUGI_RECEIPT; exit 1");

        assertThat(result).isInstanceOf(Failed.class);
        assertThat(workshop.context.receipts()).containsExactly("ch_1");
    }

    @Test
    void whatMayBeRepeatedHandsInNoReceiptAndNeitherDoesALink() throws Exception {
        workshop.exec("echo ch_1 > $KINTSUGI_RECEIPT");
        workshop.effects = Effects.ONCE;
        Files.writeString(workshop.root.resolve("private"), "of the worker");
        workshop.exec("ln -s %s/private $KINTSUGI_RECEIPT".formatted(workshop.root));

        assertThat(workshop.context.receipts()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "printf ch_9 > $KINTSUGI_RECEIPT, HAPPENED, ch_9, ",
        "'true', HAPPENED, , ",
        "exit 44, DID_NOT_HAPPEN, , ",
        "exit 1, UNKNOWN, , exit code 1",
        "test $KINTSUGI_IDEMPOTENCY_KEY = r1:build:1 && exit 44, DID_NOT_HAPPEN, , "
    })
    void aReconcileCommandAnswersByItsExitCode(
            String command, Verdict verdict, @Nullable String receipt, @Nullable String reason)
            throws Exception {
        workshop.effects = Effects.ONCE;
        workshop.kind = TaskKind.RECONCILE;

        var answer = (Reconciled) workshop.exec(command);

        assertThat(answer.verdict()).isEqualTo(verdict);
        assertThat(answer.receipt()).isEqualTo(receipt);
        if (reason == null) {
            assertThat(answer.reason()).isNull();
        } else {
            assertThat(answer.reason()).isNotBlank();
        }
        assertThat(workshop.context.receipts()).isEmpty(); // it is the answer's
    }

    @Test
    void undoRunsTheCompensationInsteadOfTheStep() throws Exception {
        workshop.kind = TaskKind.UNDO;
        workshop.undo = "echo compensating";

        var result = workshop.exec("echo deploying");

        assertThat(result).isInstanceOf(Done.class);
        assertThat(workshop.context.text()).contains("compensating").doesNotContain("deploying");
    }

    @Test
    void aSecretNeverShowsInLogEvidenceOrOutput() throws Exception {
        workshop.environment.put("KINTSUGI_SECRET_TOKEN", "hunter2-hunter2");
        workshop.env.put("TOKEN", "${secrets.TOKEN}");
        var script =
                """
                printf '%%s' "${TOKEN%%%%2-*}"; sleep 0.6; printf '2-hunter2\\n'
                echo "given as ${secrets.TOKEN}"
                echo "{\\"t\\": \\"$TOKEN\\", \\"cost_usd\\": 1e-9}" >$KINTSUGI_OUTPUT
                exit %d
                """;

        var done = (Done) workshop.exec(script.formatted(0));
        var failed = (Failed) workshop.exec(script.formatted(1));

        assertThat(workshop.blob(done.output()))
                .isEqualTo("{\"t\":\"***\",\"cost_usd\":1e-9}".replace("1e-9", "1.0E-9"));
        assertThat(workshop.blob(failed.evidence())).isEqualTo("***\ngiven as ***\n");
        assertThat(workshop.context.text()).contains("given as ***").doesNotContain("hunter2");
        assertThat(workshop.classified.toString()).doesNotContain("hunter2");
        assertThat(failed.usage().costNanoUsd()).isEqualTo(1);
    }

    @Test
    void aSecretIsMaskedEvenWhenTheStepFoundItElsewhere() throws Exception {
        workshop.environment.put("KINTSUGI_SECRET_OTHER", "not-for-you-1234");

        workshop.exec("echo not-for-you-1234");

        assertThat(workshop.context.text()).doesNotContain("not-for-you");
    }

    @Test
    void aMissingSecretSaysWhereToPutItAndStartsNothing() throws Exception {
        workshop.env.put("TOKEN", "${secrets.DEPLOY_TOKEN}");

        var result = (Failed) workshop.exec("echo started");

        assertThat(result.failure().category()).isEqualTo(FailureCategory.CONFIGURATION);
        assertThat(result.failure().message())
                .contains(
                        "DEPLOY_TOKEN",
                        "KINTSUGI_SECRET_DEPLOY_TOKEN",
                        workshop.secretsFolder.resolve("DEPLOY_TOKEN").toString());
        assertThat(workshop.context.text()).isEmpty();
    }

    @Test
    void anotherStepsOutputCannotRunACommand() throws Exception {
        workshop.workspace = true;
        workshop.output(
                "a",
                "{\"x\": \"'; touch pwned; $(touch pwned) `touch pwned` \\\" && touch pwned #\"}");

        workshop.exec("echo ${steps.a.output.x}; echo \"${steps.a.output.x}\" | cat");

        assertThat(workshop.context.text()).contains("'; touch pwned; $(touch pwned)");
        assertThat(workshop.bench.path().resolve("pwned")).doesNotExist();
    }

    @Test
    void hugeOutputIsCutAndItsEndKept() throws Exception {
        var result =
                (Failed)
                        workshop.exec(
                                "head -c 104857600 /dev/zero | tr '\\0' 'x' | fold -w 99; echo the"
                                        + " end; exit 1");

        // Not assertThat(text): a failure would print megabytes.
        var text = workshop.context.text();
        var evidence = workshop.blob(result.evidence());
        assertThat(text.length()).isBetween(8 << 20, (8 << 20) + 1_000);
        assertThat(text.substring(8 << 20)).contains("bytes of output are not in this log");
        assertThat(workshop.context.chunks()).allMatch(size -> size <= 64 << 10);
        assertThat(evidence.endsWith("the end\n")).isTrue();
        assertThat(evidence.length()).isBetween(60 << 10, 64 << 10);
    }

    @Test
    void leavesNoFolderOfTheAttemptBehind() throws Exception {
        workshop.exec(
                "mkdir -p ~/deep/er && touch ~/deep/er/f && chmod 500 ~/deep/er && chmod 000"
                        + " ~/deep");

        try (var left = Files.list(workshop.root.resolve("attempts"))) {
            assertThat(left).isEmpty();
        }
    }

    @Test
    void anOutputThatIsALinkIsNotFollowed() throws Exception {
        Files.writeString(workshop.root.resolve("private.json"), "{\"key\": \"worker's\"}");

        var result =
                (Failed)
                        workshop.exec(
                                "ln -s %s/private.json $KINTSUGI_OUTPUT".formatted(workshop.root));

        assertThat(result.failure().message()).contains("not a regular file");
        assertThat(workshop.blobs).isEmpty();
    }

    private CompletableFuture<TaskResult> inBackground(String command) {
        var result = new CompletableFuture<TaskResult>();
        Thread.startVirtualThread(() -> {
            try {
                result.complete(workshop.run(new Work.Exec(command)));
            } catch (InterruptedException e) {
                result.completeExceptionally(e);
            }
        });
        return result;
    }
}
