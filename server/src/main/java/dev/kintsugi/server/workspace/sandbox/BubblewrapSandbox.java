package dev.kintsugi.server.workspace.sandbox;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Linux namespaces by bubblewrap: own mounts, processes, System V IPC and host name, and an own
 * network where the command may not use the machine's. Everything dies with the worker.
 */
final class BubblewrapSandbox implements Sandbox {
    private static final Path TMP = Path.of("/tmp");

    /** Makes standard input, which the command shall not have, bubblewrap's descriptor 3. */
    private static final String START = ProcessLimits.SHELL + "exec 3<&0 </dev/null\nexec \"$@\"\n";

    private final SandboxSettings settings;
    private final Launcher launcher;

    BubblewrapSandbox(SandboxSettings settings, Launcher launcher) {
        this.settings = settings;
        this.launcher = launcher;
    }

    static Optional<Path> program(SandboxSettings settings) {
        return settings.path().stream()
                .map(folder -> folder.resolve("bwrap"))
                .filter(Files::isExecutable)
                .findFirst();
    }

    @Override
    public String remark() {
        return "sandbox: bubblewrap";
    }

    @Override
    public boolean isolates() {
        return true;
    }

    @Override
    public SandboxedProcess start(SandboxCommand command) throws IOException {
        return SandboxedProcess.recorded(launch(command), command.folder());
    }

    Process launch(SandboxCommand command) throws IOException {
        var mounts = new Mounts(settings, command);
        var process = launcher.launch(builder(command, mounts));
        try (var variables = process.getOutputStream()) {
            variables.write(variables(command, mounts));
        } catch (IOException _) {
            // It ended without reading them: its output and exit code tell why.
        }
        return process;
    }

    private ProcessBuilder builder(SandboxCommand command, Mounts mounts) throws IOException {
        var program = program(settings).orElseThrow(() -> new IOException("bwrap is gone"));
        var builder = new ProcessBuilder("/bin/sh", "-c", START, "kintsugi-step");
        builder.command().addAll(List.of(program.toString(), "--args", "3"));
        builder.command().addAll(mounts.arguments());
        builder.command().add("--");
        builder.command().addAll(command.argv());
        builder.environment().clear();
        builder.environment().putAll(settings.cleanEnvironment());
        builder.environment().put(ProcessTree.VARIABLE, command.folder().marker());
        return builder.redirectErrorStream(true);
    }

    /**
     * The command's variables as arguments that bubblewrap reads: were they its own environment, a
     * step's {@code LD_PRELOAD} would be loaded outside; on its command line, all could see them.
     */
    private static byte[] variables(SandboxCommand command, Mounts mounts) {
        var env = new TreeMap<>(command.env());
        env.put("HOME", mounts.home().toString());
        env.put("TMPDIR", TMP.toString());
        env.put("KINTSUGI_OUTPUT", AttemptFolder.outputBelow(TMP));
        env.put("KINTSUGI_RECEIPT", AttemptFolder.receiptBelow(TMP));
        env.put(ProcessTree.VARIABLE, command.folder().marker());
        var arguments = new ByteArrayOutputStream();
        env.forEach((name, value) ->
                arguments.writeBytes("--setenv\0%s\0%s\0".formatted(name, value).getBytes(UTF_8)));
        return arguments.toByteArray();
    }

    @Override
    public void close() {
        launcher.close();
    }
}
