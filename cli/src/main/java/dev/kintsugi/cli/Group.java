package dev.kintsugi.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** A command that only holds others, such as {@code plan check}. */
@Command
final class Group implements Runnable {
    @Spec CommandSpec spec = CommandSpec.create();

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this help.")
    boolean help;

    private Group() {}

    static CommandLine of(String name, String description, Object... commands) {
        var group = new CommandLine(new Group());
        group.getCommandSpec().name(name).usageMessage().description(description);
        for (var command : commands) {
            group.addSubcommand(command);
        }
        return group;
    }

    @Override
    public void run() {
        var names = String.join(" or ", spec.subcommands().keySet());
        throw new ParameterException(spec.commandLine(), "name a command: " + names);
    }
}
