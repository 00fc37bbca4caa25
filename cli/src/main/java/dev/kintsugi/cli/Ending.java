package dev.kintsugi.cli;

import dev.kintsugi.cli.local.LocalServerException;
import dev.kintsugi.cli.screen.Text;
import dev.kintsugi.client.api.ApiException;
import java.util.List;
import java.util.Map;

/**
 * Why a command could not be done.
 *
 * @param message what to do about it; lines end with LF, and nothing else in it steers a terminal
 * @param problems each mistake of a bad plan, with its position
 */
record Ending(ExitCode exitCode, String message, List<String> problems) {
    Ending {
        message = String.join("\n", message.lines().map(Text::safe).toList());
        problems = List.copyOf(problems);
    }

    /** The ending that an exception means. */
    static Ending of(Shell shell, Throwable e) {
        return switch (e) {
            case CommandException command ->
                    new Ending(command.exitCode(), text(command), command.problems());
            case LocalServerException server ->
                    new Ending(ExitCode.ENVIRONMENT, text(server), List.of());
            case ApiException api -> new Ending(exitCode(api), detail(api), api.problems());
            default -> new Ending(ExitCode.ENVIRONMENT, Bug.tell(shell, e), List.of());
        };
    }

    /** As the last line of {@code --json}. */
    Map<String, Object> json() {
        var said = Map.of("exit_code", exitCode.code(), "message", message, "problems", problems);
        return Map.of("error", said);
    }

    private static String text(Exception e) {
        return String.valueOf(e.getMessage());
    }

    private static String detail(ApiException e) {
        return e.detail()
                + switch (e.status()) {
                    case 401 ->
                            " (401): the key in KINTSUGI_API_KEY or KINTSUGI_HOME/api-key is not this server's";
                    case 403 -> " (403): this key may not do that";
                    default -> "";
                };
    }

    private static ExitCode exitCode(ApiException e) {
        boolean input = e.status() / 100 == 4 && e.status() != 401 && e.status() != 403;
        return input && e.status() != 429 ? ExitCode.BAD_INPUT : ExitCode.ENVIRONMENT;
    }
}
