package dev.kintsugi.cli;

import dev.kintsugi.client.plan.PlanSchema;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Prints the JSON Schema of plans. */
@Command(name = "schema", description = "Print the JSON Schema of plans, for editors.")
final class PlanSchemaCommand implements Callable<Integer> {
    private final Shell shell;

    @Mixin Options options = new Options();

    PlanSchemaCommand(Shell shell) {
        this.shell = shell;
    }

    @Override
    public Integer call() {
        shell.say(PlanSchema.text().stripTrailing());
        return ExitCode.OK.code();
    }
}
