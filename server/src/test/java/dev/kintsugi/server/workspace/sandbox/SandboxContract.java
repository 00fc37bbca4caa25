package dev.kintsugi.server.workspace.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.kintsugi.client.plan.Gate.Network;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What every sandbox promises. */
@Timeout(60)
abstract class SandboxContract {
    Playground playground;
    Sandbox sandbox;

    abstract Sandbox make(Playground playground);

    /** Name by which the child JVM of the crash test makes the same sandbox. */
    abstract String name();

    @BeforeEach
    void prepare() throws IOException {
        playground = new Playground();
        sandbox = make(playground);
    }

    @AfterEach
    void clean() {
        sandbox.close();
        playground.close();
    }

    @Test
    void mixesBothStreamsAndReturnsTheExitCode() throws Exception {
        var process = sandbox.start(playground.command("echo out; echo err >&2; exit 7"));

        var said = new String(process.output().readAllBytes(), StandardCharsets.UTF_8);

        assertThat(said).isEqualTo("out\nerr\n");
        assertThat(process.waitFor()).isEqualTo(7);
    }

    @Test
    void reportsASignalAs128PlusItsNumber() throws Exception {
        var process = sandbox.start(playground.command("kill -SEGV $$"));

        assertThat(process.waitFor()).isEqualTo(128 + 11);
    }

    @Test
    void givesACleanEnvironment() throws Exception {
        var said =
                playground.say(
                        sandbox, playground.command("env", Network.FULL, Map.of("MINE", "yes")));

        var names = said.lines().map(line -> line.split("=")[0]).toList();
        assertThat(names).contains("PATH", "LANG", "TZ", "HOME", "TMPDIR", "MINE");
        assertThat(said).contains("TERM=dumb");
        assertThat(names)
                .allMatch(name ->
                        name.startsWith("KINTSUGI_")
                                || java.util.Set.of(
                                                "PATH", "LANG", "TZ", "TERM", "HOME", "TMPDIR",
                                                "MINE", "PWD", "OLDPWD", "SHLVL", "_")
                                        .contains(name));
    }

    @Test
    void refusesAVariableThatWouldBecomeAnArgument() {
        assertThatThrownBy(() ->
                        playground.command(
                                "env", Network.FULL, Map.of("MINE", "x\0--bind\0/\0/mnt")))
                .isInstanceOf(SandboxException.class)
                .hasMessageContaining("MINE");
    }

    @Test
    void limitsOpenFiles() throws Exception {
        var said = playground.say(sandbox, "ulimit -n");

        assertThat(Long.parseLong(said.strip())).isLessThanOrEqualTo(ProcessLimits.OPEN_FILES);
    }

    /** The loader obeys LD_PRELOAD wherever it obeys LD_DEBUG, which says in a file by whom. */
    @Test
    void whatTheCommandTellsTheLoaderReachesItsOwnProcessesOnly() throws Exception {
        var trace = playground.checkout.resolve("loader");
        var env = Map.of("LD_DEBUG", "files", "LD_DEBUG_OUTPUT", trace.toString());

        var process = sandbox.start(playground.command("/bin/true", Network.FULL, env));
        process.waitFor();

        assertThat(Path.of(trace + "." + process.pid())).doesNotExist();
        assertThat(playground.checkout.toFile().list()).isNotEmpty();
    }

    @Test
    void givesAPrivateHomeAndTemporaryFolderAndTheCheckoutAsCurrentFolder() throws Exception {
        var command =
                playground.command(
                        "pwd; ls -A $HOME | wc -l; echo h >$HOME/h; echo t >$TMPDIR/t; echo '{}'"
                                + " >$KINTSUGI_OUTPUT");

        var said = playground.say(sandbox, command);

        assertThat(said.lines().map(String::strip))
                .containsExactly(playground.checkout.toString(), "0");
        assertThat(command.folder().home().resolve("h")).hasContent("h");
        assertThat(command.folder().tmp().resolve("t")).hasContent("t");
        assertThat(command.folder().output()).hasContent("{}");
    }

    @Test
    void hasNothingToReadOnStandardInput() throws Exception {
        assertThat(playground.say(sandbox, "cat; echo done")).isEqualTo("done\n");
    }

    @Test
    void stopReachesGrandchildrenAndDaemonsThatLeftTheSession() throws Exception {
        var token = "86399." + System.nanoTime();
        var process =
                sandbox.start(
                        playground.command(
                                """
                                sh -c 'sleep %1$s & wait' &
                                (setsid sh -c 'sleep %1$s >/dev/null 2>&1 </dev/null &' &)
                                sleep %1$s
                                """
                                        .formatted(token)));
        await().until(() -> Playground.processesWith("sleep\0" + token).size() == 3);

        process.stop();

        assertThat(Playground.processesWith(token)).isEmpty();
    }

    @Test
    void killsWhatTheCommandLeavesBehindAndEndsItsOutput() throws Exception {
        var token = "86398." + System.nanoTime();

        var said = playground.say(sandbox, "setsid sleep %s & echo over".formatted(token));

        assertThat(said).isEqualTo("over\n");
        assertThat(Playground.processesWith(token)).isEmpty();
    }

    @Test
    void stopAsksBeforeItKills() throws Exception {
        var process =
                sandbox.start(
                        playground.command(
                                "trap 'echo tidied; exit 3' TERM; echo ready; while :; do sleep"
                                        + " 0.05; done"));
        var reader = awaitLine(process, "ready");

        process.stop();

        assertThat(reader.lines()).contains("tidied");
        assertThat(process.waitFor()).isEqualTo(3);
    }

    @Test
    void stopKillsWhatIgnoresTheRequest() throws Exception {
        var process =
                sandbox.start(
                        playground.command(
                                "trap '' TERM; echo ready; while :; do sleep 0.05; done"));
        awaitLine(process, "ready");

        process.stop();

        assertThat(process.waitFor()).isEqualTo(137);
    }

    @Test
    void livesOnWhenTheThreadThatStartedItEnds() throws Exception {
        var started = new ArrayList<SandboxedProcess>();
        var command = playground.command("echo ready; read line; sleep 0.3; echo still here");
        var thread =
                Thread.ofPlatform()
                        .start(() -> {
                            try {
                                started.add(sandbox.start(command));
                            } catch (IOException e) {
                                throw new java.io.UncheckedIOException(e);
                            }
                        });
        thread.join();

        var said = new String(started.getFirst().output().readAllBytes(), StandardCharsets.UTF_8);

        assertThat(said).isEqualTo("ready\nstill here\n");
    }

    @Test
    void leavesNothingWhenTheWorkerIsKilled() throws Exception {
        var token = "86397." + System.nanoTime();
        var worker = startWorker(token);
        await().until(() -> Playground.processesWith("sleep\0" + token).size() == 1);

        worker.destroyForcibly().waitFor();
        Orphans.reap(playground.attempts);

        await().atMost(Duration.ofSeconds(5))
                .until(() -> Playground.processesWith(token).isEmpty());
        try (var left = Files.list(playground.attempts)) {
            assertThat(left).isEmpty();
        }
    }

    @Test
    void endsTheSessionWithTheWorkerEvenBeforeAnybodyReaps() throws Exception {
        var token = "86396." + System.nanoTime();
        var worker = startWorker(token);
        await().until(() -> !Playground.processesWith("here-" + token).isEmpty());

        worker.destroyForcibly().waitFor();

        await().atMost(Duration.ofSeconds(5))
                .until(() -> Playground.processesWith("here-" + token).isEmpty());
    }

    @Test
    void leavesAttemptsOfLivingWorkersAlone() throws Exception {
        var process = sandbox.start(playground.command("echo ready; sleep 60"));
        awaitLine(process, "ready");

        var reaped = Orphans.reap(playground.attempts);

        assertThat(reaped).isEmpty();
        assertThat(ProcessHandle.of(process.pid())).isPresent();
        process.stop();
    }

    private Process startWorker(String token) throws IOException {
        var worker =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin/java").toString(),
                                "-cp",
                                System.getProperty("java.class.path"),
                                "-XX:TieredStopAtLevel=1",
                                DoomedWorker.class.getName(),
                                name(),
                                playground.root.toString(),
                                token)
                        .redirectErrorStream(true)
                        .start();
        var lines =
                new BufferedReader(
                        new InputStreamReader(worker.getInputStream(), StandardCharsets.UTF_8));
        assertThat(lines.lines().anyMatch("ready"::equals)).isTrue();
        return worker;
    }

    static BufferedReader awaitLine(SandboxedProcess process, String line) throws IOException {
        var reader =
                new BufferedReader(new InputStreamReader(process.output(), StandardCharsets.UTF_8));
        assertThat(reader.readLine()).isEqualTo(line);
        return reader;
    }
}
