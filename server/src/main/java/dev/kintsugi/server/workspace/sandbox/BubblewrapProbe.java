package dev.kintsugi.server.workspace.sandbox;

import dev.kintsugi.client.plan.Gate;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/** A trial run: whether bubblewrap is there and may do its work is only known by doing it. */
final class BubblewrapProbe {
    /** How long the trial may take. */
    static final Duration PATIENCE = Duration.ofSeconds(10);

    private BubblewrapProbe() {}

    /**
     * How the trial went.
     *
     * @param reason why it does not work; empty when it does
     */
    record Trial(boolean works, String reason) {}

    static Trial tryOn(SandboxSettings settings, Launcher launcher) {
        if (BubblewrapSandbox.program(settings).isEmpty()) {
            return new Trial(false, "bwrap is not on the PATH");
        }
        try {
            var attempts = Files.createTempDirectory("kintsugi-probe");
            try {
                return run(settings, launcher, attempts);
            } finally {
                Files.deleteIfExists(attempts);
            }
        } catch (IOException e) {
            return new Trial(false, "bwrap cannot be tried: " + e.getMessage());
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return new Trial(false, "the trial of bwrap was interrupted");
        }
    }

    private static Trial run(SandboxSettings settings, Launcher launcher, Path attempts)
            throws IOException, InterruptedException {
        var folder = AttemptFolder.create(attempts, "probe");
        try {
            var command =
                    new SandboxCommand(
                            SandboxCommand.shell("true"),
                            folder.work(),
                            folder,
                            new TreeMap<>(),
                            List.of(),
                            List.of(),
                            Gate.Network.NONE);
            var process = new BubblewrapSandbox(settings, launcher).launch(command);
            if (!process.waitFor(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
                process.destroyForcibly();
                return new Trial(false, "bwrap did not end within " + PATIENCE.toSeconds() + " s");
            }
            var said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return process.exitValue() == 0
                    ? new Trial(true, "")
                    : new Trial(false, said.lines().findFirst().orElse("bwrap failed silently"));
        } finally {
            folder.delete();
        }
    }
}
