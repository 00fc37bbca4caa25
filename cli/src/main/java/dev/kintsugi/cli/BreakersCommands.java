package dev.kintsugi.cli;

import dev.kintsugi.cli.screen.Text;
import dev.kintsugi.client.healing.BreakerView;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Lists and resets the circuit breakers of components. */
final class BreakersCommands {
    private BreakersCommands() {}

    /** Lists them. */
    @Command(name = "list", description = "List the circuit breakers of components.")
    static final class Listing implements Callable<Integer> {
        private final Shell shell;

        @Mixin ServerOptions options = new ServerOptions();

        Listing(Shell shell) {
            this.shell = shell;
        }

        @Override
        public Integer call() {
            try (var client = Connection.open(shell, options)) {
                var breakers = client.healing().breakers().circuitBreakers();
                for (BreakerView breaker : breakers) {
                    if (options.json) {
                        shell.sayJson(breaker);
                    } else {
                        shell.say(row(breaker));
                    }
                }
                if (breakers.isEmpty() && !options.json) {
                    shell.say("no component has a circuit breaker");
                }
            }
            return ExitCode.OK.code();
        }
    }

    /** Closes one. */
    @Command(name = "reset", description = "Close a component's circuit breaker.")
    static final class Reset implements Callable<Integer> {
        private final Shell shell;

        @Mixin ServerOptions options = new ServerOptions();

        @Parameters(paramLabel = "COMPONENT", description = "Whose breaker.")
        String component = "";

        Reset(Shell shell) {
            this.shell = shell;
        }

        @Override
        public Integer call() {
            try (var client = Connection.open(shell, options)) {
                BreakerView breaker = client.healing().resetBreaker(component);
                if (options.json) {
                    shell.sayJson(breaker);
                } else {
                    shell.say(row(breaker));
                }
            }
            return ExitCode.OK.code();
        }
    }

    private static String row(BreakerView breaker) {
        return "%s  %s%s"
                .formatted(breaker.state().key(), Text.safe(breaker.component()), more(breaker));
    }

    private static String more(BreakerView breaker) {
        if (breaker.isolated()) {
            return "  until it is reset";
        }
        return switch (breaker.state()) {
            case CLOSED ->
                    "  %d of %d failures in a row"
                            .formatted(breaker.failureCount(), breaker.config().failureThreshold());
            case OPEN -> "  lets a call through at " + breaker.retryAt();
            case HALF_OPEN ->
                    "  %d of %d successes"
                            .formatted(breaker.successCount(), breaker.config().successThreshold());
        };
    }
}
