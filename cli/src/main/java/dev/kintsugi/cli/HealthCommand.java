package dev.kintsugi.cli;

import dev.kintsugi.cli.screen.Text;
import dev.kintsugi.client.api.HealingClient;
import dev.kintsugi.client.healing.ComponentHealthView;
import dev.kintsugi.client.healing.SystemHealthView;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Tells how components are. */
@Command(name = "health", description = "Tell how well your tenant's components are.")
final class HealthCommand implements Callable<Integer> {
    private static final double PERCENT = 100;

    private final Shell shell;

    @Mixin ServerOptions options = new ServerOptions();

    @Option(names = "--component", paramLabel = "NAME", description = "Only this one.")
    @Nullable String component;

    HealthCommand(Shell shell) {
        this.shell = shell;
    }

    @Override
    public Integer call() {
        try (var client = Connection.open(shell, options)) {
            if (component == null) {
                tellAll(client.healing());
            } else {
                tell(client.healing().health(component));
            }
        }
        return ExitCode.OK.code();
    }

    private void tellAll(HealingClient healing) {
        SystemHealthView system = healing.health();
        if (options.json) {
            shell.sayJson(system);
            return;
        }
        var details = system.details();
        shell.say(
                "%s  %d components: %d healthy, %d degraded, %d unhealthy, %d critical  %s of calls failed"
                        .formatted(
                                lower(system.systemStatus()),
                                details.components(),
                                details.healthy(),
                                details.degraded(),
                                details.unhealthy(),
                                details.critical(),
                                percent(system.errorRate())));
        healing.healthOfAll().components().forEach(this::tell);
    }

    private void tell(ComponentHealthView health) {
        if (options.json) {
            shell.sayJson(health);
        } else {
            shell.say("%s  %s".formatted(lower(health.status()), Text.safe(health.message())));
        }
    }

    private static String percent(double rate) {
        return String.format(Locale.ROOT, "%.1f%%", PERCENT * rate);
    }

    private static String lower(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }
}
