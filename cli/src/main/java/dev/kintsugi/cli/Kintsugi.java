package dev.kintsugi.cli;

import dev.kintsugi.cli.local.Installation;
import dev.kintsugi.cli.screen.Text;
import java.io.BufferedReader;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Help.ColorScheme;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** The {@code kintsugi} command. */
@Command(
        name = "kintsugi",
        version = "kintsugi " + Kintsugi.VERSION,
        description = "Runs plans that heal themselves.",
        synopsisSubcommandLabel = "COMMAND",
        footer = {
            "",
            "Exit codes: 0 healed or clean, 1 failed, 2 bad input, 3 rolled back, 4 waiting,",
            "5 server or environment, 130 cancelled."
        })
public final class Kintsugi {
    static final String VERSION = "0.1.0";

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this help.")
    boolean help;

    @Option(names = "--version", versionHelp = true, description = "Show the version.")
    boolean version;

    private Kintsugi() {}

    static void main(String[] args) {
        var shell = realShell();
        int code;
        try {
            code = run(shell, args);
        } catch (Error | RuntimeException e) { // the top of the thread: nobody else can say it
            code = ended(shell, Ending.of(shell, e), args);
        }
        shell.console().out().flush();
        System.exit(code);
    }

    /** Does what the arguments say and returns the exit code. */
    static int run(Shell shell, String... args) {
        var first = args.length == 0 ? "--help" : args[0];
        if (args.length <= 1 && (first.equals("--version") || first.equals("-V"))) {
            shell.say("kintsugi %s (build %s)".formatted(VERSION, shell.installation().build()));
            return ExitCode.OK.code();
        }
        if (args.length <= 1 && (first.equals("--help") || first.equals("-h"))) {
            shell.say(help());
            return ExitCode.OK.code();
        }
        var commands = commands(shell, first);
        var ansi = shell.console().coloured() ? Ansi.ON : Ansi.OFF;
        return commands.setColorScheme(new ColorScheme.Builder(ansi).build())
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setOut(new PrintWriter(shell.console().out(), true, StandardCharsets.UTF_8))
                .setErr(new PrintWriter(shell.console().err(), true, StandardCharsets.UTF_8))
                .setParameterExceptionHandler((e, given) -> misused(shell, e, given))
                .setExecutionExceptionHandler((e, _, parsed) -> {
                    var given = parsed.originalArgs().toArray(String[]::new);
                    return failed(shell, e, given);
                })
                .execute(args);
    }

    /** Kept as text, which is faster than having it made; a test compares both. */
    private static String help() {
        try (var in = Kintsugi.class.getResourceAsStream("help.txt")) {
            return new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8)
                    .stripTrailing();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The command named, or all of them when it is not one: looking at each class takes time. */
    static CommandLine commands(Shell shell, String named) {
        var all = all(shell);
        var root = new CommandLine(new Kintsugi());
        var only = all.get(named);
        if (only != null) {
            return root.addSubcommand(only.get());
        }
        all.values().forEach(command -> root.addSubcommand(command.get()));
        return root;
    }

    private static Map<String, Supplier<Object>> all(Shell shell) {
        var all = new LinkedHashMap<String, Supplier<Object>>();
        all.put("run", () -> new RunCommand(shell));
        all.put("up", () -> new UpCommand(shell));
        all.put("down", () -> new DownCommand(shell));
        all.put(
                "plan",
                () ->
                        Group.of(
                                "plan",
                                "Check a plan, or print the schema of plans.",
                                new PlanCheckCommand(shell),
                                new PlanSchemaCommand(shell)));
        all.put("runs", () -> new RunsCommand(shell));
        all.put("status", () -> new StatusCommand(shell));
        all.put("timeline", () -> new TimelineCommand(shell));
        all.put("verify", () -> new VerifyCommand(shell));
        all.put("logs", () -> new LogsCommand(shell));
        all.put("cancel", () -> new CancelCommand(shell));
        all.put("reset", () -> new ResetCommand(shell));
        all.put("shell", () -> new ShellCommand(shell));
        all.put(
                "artifacts",
                () ->
                        Group.of(
                                "artifacts",
                                "List or fetch files that steps left to be kept.",
                                new ArtifactCommands.Listing(shell),
                                new ArtifactCommands.Getting(shell)));
        all.put("retry", () -> new RetryCommand(shell));
        all.put("fork", () -> new ForkCommand(shell));
        all.put("approve", () -> new ApproveCommand(shell));
        all.put("resume", () -> new ResumeCommand(shell));
        all.put(
                "tenant",
                () ->
                        Group.of(
                                "tenant",
                                "Make a tenant, or make, list and revoke its keys.",
                                new TenantCreateCommand(shell),
                                new TenantKeyCommands.Keys(shell),
                                new TenantKeyCommands.CreateKey(shell),
                                new TenantKeyCommands.RevokeKey(shell)));
        all.put(
                "keys",
                () ->
                        Group.of(
                                "keys",
                                "List, make, rotate or end your tenant's keys.",
                                new KeysCommands.Listing(shell),
                                new KeysCommands.Create(shell),
                                new KeysCommands.Rotate(shell),
                                new KeysCommands.Revoke(shell)));
        all.put(
                "settings",
                () ->
                        Group.of(
                                "settings",
                                "Show your tenant's settings and who set them, or change them.",
                                new SettingsCommands.Listing(shell),
                                new SettingsCommands.Set(shell),
                                new SettingsCommands.Unset(shell)));
        all.put("audit", () -> new AuditCommand(shell));
        all.put("worker", () -> new WorkerCommand(shell));
        all.put("workers", () -> new WorkersCommand(shell));
        all.put("waits", () -> new WaitsCommand(shell));
        all.put("health", () -> new HealthCommand(shell));
        all.put(
                "breakers",
                () ->
                        Group.of(
                                "breakers",
                                "List the circuit breakers of components, or close one.",
                                new BreakersCommands.Listing(shell),
                                new BreakersCommands.Reset(shell)));
        all.put("gc", () -> new GcCommand(shell));
        all.put("simulate", () -> new SimulateCommand(shell));
        all.put(
                "bench",
                () ->
                        Group.of(
                                "bench",
                                "Measure this build on this machine.",
                                new BenchRunsCommand(shell),
                                new BenchCrashCommand(shell),
                                new BenchCallsCommand(shell)));
        return all;
    }

    private static int misused(Shell shell, ParameterException e, String... given) {
        var message = Text.safe(String.valueOf(e.getMessage()));
        int code = ended(shell, new Ending(ExitCode.BAD_INPUT, message, List.of()), given);
        CommandLine.UnmatchedArgumentException.printSuggestions(
                e, new PrintWriter(shell.console().err(), true, StandardCharsets.UTF_8));
        shell.warn(
                "Try `%s --help`.".formatted(e.getCommandLine().getCommandSpec().qualifiedName()));
        return code;
    }

    private static int failed(Shell shell, Exception e, String... given) {
        return ended(shell, Ending.of(shell, e), given);
    }

    /** Whoever reads JSON finds the reason in its last line. */
    private static int ended(Shell shell, Ending ending, String... given) {
        ending.problems().forEach(problem -> shell.warn(Text.safe(problem)));
        shell.warn("kintsugi: " + ending.message());
        if (List.of(given).contains("--json")) {
            shell.sayJson(ending.json());
        }
        return ending.exitCode().code();
    }

    private static Shell realShell() {
        var env = Map.copyOf(System.getenv());
        return new Shell(
                env,
                Path.of("").toAbsolutePath(),
                Installation.of(System.getProperties()),
                console(env),
                new RealTimeAndChance(),
                new AtomicInteger());
    }

    private static Console console(Map<String, String> env) {
        var in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        var plain = Console.plain(in, stream(FileDescriptor.out), stream(FileDescriptor.err));
        var asking = plain.asking(Terminal.is(0) && Terminal.is(2));
        return Terminal.canDraw(env)
                ? asking.drawing(Terminal.hasColours(env), Terminal.size())
                : asking;
    }

    /** UTF-8 always: where no locale is set, terminals and files still expect it. */
    private static PrintStream stream(FileDescriptor descriptor) {
        return new PrintStream(new FileOutputStream(descriptor), false, StandardCharsets.UTF_8);
    }

    private static final class RealTimeAndChance implements TimeAndChance {
        @Override
        public Instant instant() {
            return Instant.now();
        }

        @Override
        public void pause(Duration time) {
            try {
                Thread.sleep(time);
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
                throw new CommandException(ExitCode.ENVIRONMENT, "interrupted");
            }
        }

        @Override
        public String newKey() {
            return UUID.randomUUID().toString();
        }
    }
}
