package dev.kintsugi.server.workspace.sandbox;

import dev.kintsugi.client.plan.Gate;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * What any Unix offers: a clean environment, a private HOME and TMPDIR, a session of its own and a
 * lifeline by which the session ends with the worker. Files and network are not protected.
 */
final class PlainSandbox implements Sandbox {
    /**
     * Runs the command beside a watcher. The worker holds the other end of standard input: when the
     * worker is gone, however it went, the watcher reads the end of the stream and kills the
     * session's process group. It ignores TERM, which asks the command to end, not the watcher.
     * What the command tells the loader of programs takes effect only after it is there.
     */
    private static final String LIFELINE =
            ProcessLimits.SHELL
                    + """
                    exec 3<&0 </dev/null
                    if [ "$1" = group ]; then
                        ( trap '' TERM; exec >/dev/null 2>&1; read -r _ <&3; kill -KILL 0 ) &
                    fi
                    shift
                    for later in $kintsugi_later; do
                        eval "export $later=\\"\\$kintsugi_later_$later\\"; unset kintsugi_later_$later"
                    done
                    unset kintsugi_later
                    "$@" 3<&-
                    """;

    /** Variables that the loader obeys, of Linux and macOS. */
    private static final Pattern LOADER = Pattern.compile("(?:LD|DYLD)_[A-Z0-9_]+");

    private static final String LATER = "kintsugi_later";

    private final SandboxSettings settings;
    private final Launcher launcher;
    private final String reason;

    PlainSandbox(SandboxSettings settings, Launcher launcher, String reason) {
        this.settings = settings;
        this.launcher = launcher;
        this.reason = reason;
    }

    @Override
    public String remark() {
        return "sandbox: plain processes, files and network are not protected (%s); to protect them, install bubblewrap and allow user namespaces"
                .formatted(reason);
    }

    @Override
    public boolean isolates() {
        return false;
    }

    @Override
    public SandboxedProcess start(SandboxCommand command) throws IOException {
        if (command.network() != Gate.Network.FULL) {
            throw new SandboxException(
                    "network: %s cannot be kept here (%s); install bubblewrap and allow user namespaces, or say network: full in the plan's gate"
                            .formatted(
                                    command.network().name().toLowerCase(java.util.Locale.ROOT),
                                    reason));
        }
        return SandboxedProcess.recorded(launcher.launch(builder(command)), command.folder());
    }

    private ProcessBuilder builder(SandboxCommand command) {
        var setsid = setsid();
        var argv = new ArrayList<String>();
        setsid.ifPresent(argv::add);
        argv.addAll(List.of("/bin/sh", "-c", LIFELINE, "kintsugi-step"));
        argv.add(setsid.isPresent() ? "group" : "alone");
        argv.addAll(command.argv());

        var env = new TreeMap<>(settings.cleanEnvironment());
        var later = new ArrayList<String>();
        command.env()
                .forEach((name, value) -> {
                    var waits = LOADER.matcher(name).matches();
                    env.put(waits ? LATER + "_" + name : name, value);
                    if (waits) {
                        later.add(name);
                    }
                });
        env.put(LATER, String.join(" ", later));
        env.put("HOME", command.folder().home().toString());
        env.put("TMPDIR", command.folder().tmp().toString());
        env.put("KINTSUGI_OUTPUT", AttemptFolder.outputBelow(command.folder().tmp()));
        env.put("KINTSUGI_RECEIPT", AttemptFolder.receiptBelow(command.folder().tmp()));
        env.put(ProcessTree.VARIABLE, command.folder().marker());
        var builder = new ProcessBuilder(argv).directory(command.directory().toFile());
        builder.environment().clear();
        builder.environment().putAll(env);
        return builder.redirectErrorStream(true);
    }

    /**
     * A program of Linux; elsewhere the worker's end does not end the group, the next start does.
     */
    private Optional<String> setsid() {
        return settings.path().stream()
                .map(folder -> folder.resolve("setsid"))
                .filter(Files::isExecutable)
                .map(Object::toString)
                .findFirst();
    }

    @Override
    public void close() {
        launcher.close();
    }
}
