package dev.kintsugi.server.workspace.sandbox;

import java.io.IOException;

/**
 * Where commands of steps run: a clean environment, a private HOME and TMPDIR, and processes that
 * all end with the command, with a stop, or with the worker. Safe for many threads.
 */
public interface Sandbox extends AutoCloseable {

    /**
     * The strongest sandbox that works on this machine: bubblewrap where a trial run of it
     * succeeds, else what the platform offers. The trial takes about 20 ms, at most {@link
     * BubblewrapProbe#PATIENCE}.
     */
    static Sandbox strongest(SandboxSettings settings) {
        var launcher = new Launcher();
        var trial = BubblewrapProbe.tryOn(settings, launcher);
        return trial.works()
                ? new BubblewrapSandbox(settings, launcher)
                : new PlainSandbox(settings, launcher, trial.reason());
    }

    /** Groups of processes only, for systems without bubblewrap. {@code reason} says why. */
    static Sandbox plain(SandboxSettings settings, String reason) {
        return new PlainSandbox(settings, new Launcher(), reason);
    }

    /** One line for the timeline: what protects this machine from the steps. */
    String remark();

    /**
     * Whether files outside and the network are really out of reach. A worker whose sandbox does
     * not isolate may serve its own tenant only.
     */
    boolean isolates();

    /**
     * Starts the command.
     *
     * @throws SandboxException when this sandbox cannot give what the command asks for
     * @throws IOException when the process cannot be started
     */
    SandboxedProcess start(SandboxCommand command) throws IOException;

    /** Starts nothing more; what still runs under bubblewrap is killed. */
    @Override
    void close();
}
