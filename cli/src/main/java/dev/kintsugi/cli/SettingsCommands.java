package dev.kintsugi.cli;

import dev.kintsugi.cli.screen.Text;
import dev.kintsugi.client.api.SettingSource;
import dev.kintsugi.client.api.SettingView;
import java.math.BigDecimal;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Shows and changes settings. */
final class SettingsCommands {
    private static final int WIDTH = 34;

    private SettingsCommands() {}

    /** Shows them. */
    @Command(name = "list", description = "Show each setting, its value and who set it.")
    static final class Listing implements Callable<Integer> {
        private final Shell shell;

        @Mixin ServerOptions options = new ServerOptions();

        @Option(
                names = "--run",
                paramLabel = "RUN",
                description = "With what the plan of this run sets.")
        @Nullable String run;

        @Option(
                names = "--tenant",
                paramLabel = "NAME",
                description = "Of this tenant; takes the server's own key.")
        @Nullable String tenant;

        Listing(Shell shell) {
            this.shell = shell;
        }

        @Override
        public Integer call() {
            if (run != null && tenant != null) {
                throw new CommandException(
                        ExitCode.BAD_INPUT, "give one of --run and --tenant, not both");
            }
            try (var client = Connection.open(shell, options)) {
                show(
                        shell,
                        options,
                        tenant == null ? client.settings(run) : client.settingsOf(tenant));
            }
            return ExitCode.OK.code();
        }
    }

    /** Sets one. */
    @Command(name = "set", description = "Set a setting, and show how it holds then.")
    static final class Set implements Callable<Integer> {
        private final Shell shell;

        @Mixin ServerOptions options = new ServerOptions();

        @Parameters(index = "0", paramLabel = "NAME", description = "Such as max_active_runs.")
        String name = "";

        @Parameters(index = "1", paramLabel = "VALUE", description = "A number.")
        BigDecimal value = BigDecimal.ZERO;

        @Option(
                names = "--tenant",
                paramLabel = "NAME",
                description = "What the platform allows this tenant; takes the server's own key.")
        @Nullable String tenant;

        Set(Shell shell) {
            this.shell = shell;
        }

        @Override
        public Integer call() {
            return change(shell, options, new Change(tenant, name, value));
        }
    }

    /** Takes one back. */
    @Command(name = "unset", description = "Have a setting no longer set.")
    static final class Unset implements Callable<Integer> {
        private final Shell shell;

        @Mixin ServerOptions options = new ServerOptions();

        @Parameters(paramLabel = "NAME", description = "Such as max_active_runs.")
        String name = "";

        @Option(
                names = "--tenant",
                paramLabel = "NAME",
                description = "What the platform allows this tenant; takes the server's own key.")
        @Nullable String tenant;

        Unset(Shell shell) {
            this.shell = shell;
        }

        @Override
        public Integer call() {
            return change(shell, options, new Change(tenant, name, null));
        }
    }

    private record Change(@Nullable String tenant, String name, @Nullable BigDecimal value) {}

    private static int change(Shell shell, ServerOptions options, Change wanted) {
        try (var client = Connection.open(shell, options)) {
            var all = client.set(wanted.tenant(), wanted.name(), wanted.value());
            show(
                    shell,
                    options,
                    all.stream().filter(one -> one.name().equals(wanted.name())).toList());
        }
        return ExitCode.OK.code();
    }

    private static void show(Shell shell, ServerOptions options, List<SettingView> settings) {
        for (var setting : settings) {
            if (options.json) {
                shell.sayJson(setting);
            } else {
                shell.say(Text.safe(row(setting)));
            }
        }
    }

    private static String row(SettingView setting) {
        return "%s%s  %s  %s"
                .formatted(
                        Text.pad(setting.name(), WIDTH),
                        Text.pad(word(setting.value()), 12),
                        Text.pad(source(setting), 9),
                        setting.meaning());
    }

    /** A value that was set and does not hold is not passed over in silence. */
    private static String source(SettingView setting) {
        var source = setting.source().name().toLowerCase(Locale.ROOT);
        var isOutdone =
                setting.tenant() != null && setting.source().compareTo(SettingSource.TENANT) < 0;
        return isOutdone ? source + " (tenant: %s)".formatted(word(setting.tenant())) : source;
    }

    private static String word(@Nullable BigDecimal value) {
        return value == null ? "no limit" : value.toPlainString();
    }
}
