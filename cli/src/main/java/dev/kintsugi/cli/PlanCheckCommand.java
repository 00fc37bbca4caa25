package dev.kintsugi.cli;

import dev.kintsugi.cli.screen.Text;
import dev.kintsugi.client.plan.Problem;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Validates a plan. */
@Command(name = "check", description = "Say what is wrong in a plan, and where.")
final class PlanCheckCommand implements Callable<Integer> {
    private final Shell shell;

    @Mixin Options options = new Options();

    @Parameters(paramLabel = "FILE", description = "The plan, YAML or JSON.")
    String file = "";

    PlanCheckCommand(Shell shell) {
        this.shell = shell;
    }

    @Override
    public Integer call() {
        var read = PlanFile.read(shell, file);
        read.repository();
        var plan = read.plan();
        var steps = plan.steps().size();
        if (options.json) {
            var warnings = read.warnings().stream().map(Problem::toString).toList();
            shell.sayJson(
                    Map.of(
                            "name",
                            plan.name(),
                            "steps",
                            steps,
                            "inputs",
                            plan.inputs().keySet(),
                            "warnings",
                            warnings));
        } else {
            var inputs = plan.inputs().size();
            var counted =
                    Text.count(steps, "step")
                            + (inputs == 0 ? "" : ", " + Text.count(inputs, "input"));
            shell.say("%s is a good plan: %s, %s".formatted(file, Text.safe(plan.name()), counted));
        }
        return ExitCode.OK.code();
    }
}
