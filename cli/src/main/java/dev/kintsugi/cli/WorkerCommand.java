package dev.kintsugi.cli;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Works for a server elsewhere. */
@Command(
        name = "worker",
        description =
                "Do steps of a server elsewhere on this machine, until Ctrl-C. The key is taken"
                        + " from KINTSUGI_API_KEY; it needs the scope work.")
final class WorkerCommand implements Callable<Integer> {
    private final Shell shell;

    @Option(
            names = "--server",
            paramLabel = "URL",
            description = "Where the server is; default: KINTSUGI_SERVER.")
    @Nullable String server;

    @Option(
            names = "--queues",
            paramLabel = "CLASS,...",
            description = "Classes of queue it takes from; default: cpu,io,llm,high,low.")
    @Nullable String queues;

    @Option(
            names = "--capacity",
            paramLabel = "N",
            description = "Most tasks at once, 1 to 1000; default: one per processor.")
    @Nullable Integer capacity;

    @Option(
            names = "--agents",
            paramLabel = "NAME,...",
            description =
                    "Agents it offers: programs that read their input as JSON from standard input"
                            + " and write their result to $KINTSUGI_OUTPUT.")
    @Nullable String agents;

    @Option(
            names = "--agent-folder",
            paramLabel = "FOLDER",
            description = "Where those programs are; default: agents.")
    @Nullable String agentFolder;

    @Option(names = "--agents-only", description = "Leave commands and HTTP calls to others.")
    boolean agentsOnly;

    @Option(
            names = "--label",
            paramLabel = "KEY=VALUE,...",
            description = "What `kintsugi workers` shows of it besides.")
    @Nullable String label;

    @Option(
            names = "--id",
            paramLabel = "NAME",
            description = "Its name, unique among workers; default: the machine's.")
    @Nullable String id;

    WorkerCommand(Shell shell) {
        this.shell = shell;
    }

    @Override
    public Integer call() throws IOException {
        var options = new ServerOptions();
        options.server = server;
        var remote = Connection.remote(shell, options);
        if (remote == null) {
            throw new CommandException(
                    ExitCode.BAD_INPUT,
                    "name a server by --server or KINTSUGI_SERVER: the one on this machine works by itself");
        }
        var args = new ArrayList<>(List.of("--server=" + remote));
        add(args, "queues", queues);
        add(args, "capacity", capacity);
        add(args, "agents", agents);
        add(args, "agent-folder", agentFolder);
        add(args, "label", label);
        add(args, "id", id);
        if (agentsOnly) {
            args.add("--agents-only");
        }
        return ServerProgram.run(
                shell,
                "dev.kintsugi.server.app.RemoteWorker",
                args,
                Map.of(
                        "KINTSUGI_API_KEY", Connection.remoteKey(shell, remote),
                        "KINTSUGI_HOME", shell.home().path().toString()));
    }

    private static void add(List<String> args, String name, @Nullable Object value) {
        if (value != null) {
            args.add("--%s=%s".formatted(name, value));
        }
    }
}
