package dev.kintsugi.server.workspace.sandbox;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Linux namespaces by bubblewrap: own mounts, processes, System V IPC and host name, and an own
 * network where the command may not use the machine's. Everything dies with the worker.
 */
final class BubblewrapSandbox implements Sandbox {
    private static final Path TMP = Path.of("/tmp");

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
        var process = launcher.launch(builder(command));
        return SandboxedProcess.recorded(process, command.folder());
    }

    ProcessBuilder builder(SandboxCommand command) throws IOException {
        var mounts = new Mounts(settings, command);
        var program = program(settings).orElseThrow(() -> new IOException("bwrap is gone"));
        var builder = new ProcessBuilder();
        builder.command().add(program.toString());
        builder.command().addAll(mounts.arguments());
        builder.command().add("--");
        builder.command().addAll(command.argv());

        var env = new TreeMap<>(settings.cleanEnvironment());
        env.putAll(command.env());
        env.put("HOME", mounts.home().toString());
        env.put("TMPDIR", TMP.toString());
        env.put("KINTSUGI_OUTPUT", AttemptFolder.outputBelow(TMP));
        env.put(ProcessTree.VARIABLE, command.folder().marker());
        builder.environment().clear();
        builder.environment().putAll(env);
        return builder.redirectErrorStream(true)
                .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()));
    }

    @Override
    public void close() {
        launcher.close();
    }
}
