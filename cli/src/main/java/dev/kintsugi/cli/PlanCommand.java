package dev.kintsugi.cli;

import dev.kintsugi.cli.screen.Text;
import dev.kintsugi.client.plan.PlanSchema;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Looks at plans without running them. */
@Command(name = "plan", description = "Check a plan, or print the schema of plans.")
final class PlanCommand implements Runnable {
    @Spec CommandSpec spec = CommandSpec.create();

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this help.")
    boolean help;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "name a command: check or schema");
    }

    /** Validates a plan. */
    @Command(name = "check", description = "Say what is wrong in a plan, and where.")
    static final class Check implements Callable<Integer> {
        private final Shell shell;

        @Mixin Options options = new Options();

        @Parameters(paramLabel = "FILE", description = "The plan, YAML or JSON.")
        String file = "";

        Check(Shell shell) {
            this.shell = shell;
        }

        @Override
        public Integer call() {
            var plan = PlanFile.read(shell, file);
            plan.repository();
            var steps = plan.plan().steps().size();
            shell.say(
                    options.json
                            ? "{\"name\":%s,\"steps\":%d}"
                                    .formatted(
                                            dev.kintsugi.client.json.Json.mapper()
                                                    .writeValueAsString(plan.plan().name()),
                                            steps)
                            : "%s is a good plan: %s, %s"
                                    .formatted(
                                            file, plan.plan().name(), Text.count(steps, "step")));
            return ExitCode.OK.code();
        }
    }

    /** Prints the JSON Schema. */
    @Command(name = "schema", description = "Print the JSON Schema of plans, for editors.")
    static final class Schema implements Callable<Integer> {
        private final Shell shell;

        @Mixin Options options = new Options();

        Schema(Shell shell) {
            this.shell = shell;
        }

        @Override
        public Integer call() {
            shell.say(PlanSchema.text());
            return ExitCode.OK.code();
        }
    }
}
