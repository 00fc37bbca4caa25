package dev.kintsugi.server.workspace.sandbox;

import dev.kintsugi.client.plan.Gate;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A command to run and what it may touch.
 *
 * @param argv the program and its arguments, at least the program
 * @param directory where it starts, an existing folder that it may write to
 * @param folder its private HOME and TMPDIR, and the record of its process
 * @param env variables added to the clean environment; HOME, TMPDIR, {@code KINTSUGI_OUTPUT} and
 *     {@code KINTSUGI_RECEIPT} are the sandbox's own
 * @param writable existing folders that it may write to besides, such as caches kept warm
 * @param readable files and folders that it may read although they lie where nothing is visible
 * @param network what it may reach
 * @throws SandboxException when no process can be given such a variable
 */
public record SandboxCommand(
        List<String> argv,
        Path directory,
        AttemptFolder folder,
        SortedMap<String, String> env,
        List<Path> writable,
        List<Path> readable,
        Gate.Network network) {
    public SandboxCommand {
        argv = List.copyOf(argv);
        env = Collections.unmodifiableSortedMap(new TreeMap<>(env));
        writable = List.copyOf(writable);
        readable = List.copyOf(readable);
        if (argv.isEmpty()) {
            throw new IllegalArgumentException("argv must name a program, was empty");
        }
        env.forEach(SandboxCommand::requireVariable);
    }

    private static void requireVariable(String name, String value) {
        if (name.isEmpty() || name.indexOf('=') >= 0 || (name + value).indexOf('\0') >= 0) {
            throw new SandboxException(
                    "variable %s cannot be set: a name is not empty and without =, and neither it nor the value holds a NUL character"
                            .formatted(name.replace('\0', '?')));
        }
    }

    /** A line for {@code sh}. */
    public static List<String> shell(String line) {
        return List.of("/bin/sh", "-c", line);
    }
}
