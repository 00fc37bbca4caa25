package dev.kintsugi.server.workspace.step;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.kintsugi.client.secret.Redactor;
import dev.kintsugi.healing.Evidence;
import dev.kintsugi.server.workspace.sandbox.Sandbox;
import dev.kintsugi.server.workspace.sandbox.SandboxCommand;
import dev.kintsugi.server.workspace.sandbox.SandboxedProcess;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.SortedMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Pattern;

/** Does a step by a command in the sandbox. */
final class ExecWork {
    /** How long output may stay open when every process that can be found is gone. */
    private static final long LAST_WORDS_MILLIS = 2_000;

    private static final Pattern TERMINAL_CODES =
            Pattern.compile(
                    "\u001b(?:\\[[0-9;?]*[ -/]*[@-~]|\\][^\u0007\u001b]*(?:\u0007|\u001b\\\\))");

    private final Sandbox sandbox;
    private final ScheduledExecutorService timers;

    ExecWork(Sandbox sandbox, ScheduledExecutorService timers) {
        this.sandbox = sandbox;
        this.timers = timers;
    }

    /**
     * Runs the command to its end.
     *
     * @param directory where it starts
     * @param readable what it may read besides
     */
    Outcome run(Attempt attempt, String command, Path directory, List<Path> readable)
            throws IOException, InterruptedException, StepRefusedException {
        var shell = attempt.references().shell(command);
        var env = environment(attempt, shell);
        var redactor = attempt.references().redactor();
        var log = new OutputLog(redactor.stream(), attempt.context());
        log.remark(remark(attempt));
        var process =
                sandbox.start(
                        new SandboxCommand(
                                SandboxCommand.shell(shell.line()),
                                directory,
                                attempt.folder(),
                                env,
                                List.of(),
                                readable,
                                attempt.task().network()));
        var receipt = new ReceiptFile(attempt, redactor);
        var end = follow(attempt, process, log, receipt);
        receipt.end();
        attempt.throwIfCancelled();
        return outcome(attempt, end, redactor);
    }

    private String remark(Attempt attempt) {
        return sandbox.remark()
                + ", network: "
                + attempt.task().network().name().toLowerCase(Locale.ROOT);
    }

    private static SortedMap<String, String> environment(Attempt attempt, References.Shell shell)
            throws StepRefusedException {
        var env = attempt.variables();
        for (var variable : attempt.step().env().entrySet()) {
            env.putIfAbsent(
                    variable.getKey(),
                    attempt.references().variable(variable.getKey(), variable.getValue()));
        }
        env.putAll(shell.variables());
        return env;
    }

    private record End(int exitCode, boolean timedOut, byte[] said) {}

    private End follow(
            Attempt attempt, SandboxedProcess process, OutputLog log, ReceiptFile receipt)
            throws InterruptedException {
        var timedOut = new AtomicBoolean();
        var timeout =
                timers.schedule(
                        () -> {
                            timedOut.set(true);
                            Thread.startVirtualThread(process::stop);
                        },
                        attempt.step().timeout().toMillis(),
                        TimeUnit.MILLISECONDS);
        // Sending may block: not on the timers' thread.
        var flush =
                timers.scheduleWithFixedDelay(
                        () ->
                                Thread.startVirtualThread(() -> {
                                    log.flush();
                                    receipt.look();
                                }),
                        OutputLog.FLUSH_EVERY.toMillis(),
                        OutputLog.FLUSH_EVERY.toMillis(),
                        TimeUnit.MILLISECONDS);
        attempt.context().onCancel(() -> Thread.startVirtualThread(process::stop));
        var reader =
                Thread.ofPlatform()
                        .daemon()
                        .name("step-output-" + process.pid())
                        .start(() -> copy(process, log));
        try {
            int exitCode = process.waitFor();
            timeout.cancel(false);
            reader.join(LAST_WORDS_MILLIS);
            return new End(exitCode, timedOut.get(), log.end());
        } finally {
            timeout.cancel(false);
            flush.cancel(false);
            process.stop();
        }
    }

    private static void copy(SandboxedProcess process, OutputLog log) {
        var buffer = new byte[OutputLog.CHUNK_BYTES];
        try (var output = process.output()) {
            for (int read = output.read(buffer); read >= 0; read = output.read(buffer)) {
                log.write(buffer, read);
            }
        } catch (IOException e) {
            log.write("[output lost: %s]%n".formatted(e.getMessage()));
        }
    }

    private Outcome outcome(Attempt attempt, End end, Redactor redactor)
            throws IOException, StepRefusedException {
        if (end.exitCode() == 0 && !end.timedOut()) {
            var output = StepOutput.read(attempt.folder().output());
            return new Outcome.Passed(
                    output.redacted(redactor::redact),
                    // the log always says it; the timeline only where steps are not kept apart
                    sandbox.isolates() ? List.of() : List.of(remark(attempt)),
                    output.costNanoUsd());
        }
        var text = TERMINAL_CODES.matcher(new String(end.said(), UTF_8)).replaceAll("");
        return new Outcome.Broken(
                new Evidence.ProcessExit(end.exitCode(), end.timedOut(), text),
                end.said(),
                costOfFailure(attempt));
    }

    /** A failed attempt cost what it cost; the rest of its output says nothing. */
    private static long costOfFailure(Attempt attempt) throws IOException {
        try {
            return StepOutput.read(attempt.folder().output()).costNanoUsd();
        } catch (StepRefusedException _) {
            return 0;
        }
    }
}
