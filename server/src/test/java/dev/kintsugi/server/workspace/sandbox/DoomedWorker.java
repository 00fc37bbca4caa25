package dev.kintsugi.server.workspace.sandbox;

import dev.kintsugi.client.plan.Gate.Network;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeMap;

/** A worker's JVM that a test kills while its step runs. */
final class DoomedWorker {
    private DoomedWorker() {}

    /** Arguments: which sandbox, the playground's folder, a word for the step's processes. */
    public static void main(String[] args) throws Exception {
        var root = Path.of(args[1]);
        var kintsugiHome = root.resolve("kintsugi");
        var settings = SandboxSettings.of(System.getenv(), kintsugiHome, List.of());
        var sandbox =
                args[0].equals("plain")
                        ? Sandbox.plain(settings, "as asked")
                        : Sandbox.strongest(settings);
        var line =
                """
                (setsid sh -c 'sleep %1$s >/dev/null 2>&1 </dev/null &' &)
                sh -c 'sleep 86400; : here-%1$s' &
                echo ready
                wait
                """
                        .formatted(args[2]);
        var process =
                sandbox.start(
                        new SandboxCommand(
                                SandboxCommand.shell(line),
                                root.resolve("kintsugi/checkouts/a"),
                                AttemptFolder.create(kintsugiHome.resolve("attempts"), args[2]),
                                new TreeMap<>(),
                                List.of(),
                                List.of(),
                                Network.FULL));
        process.output().transferTo(System.out);
    }
}
