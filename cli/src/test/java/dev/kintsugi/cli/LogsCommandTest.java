package dev.kintsugi.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.cli.ScriptedServer.Answer;
import dev.kintsugi.cli.screen.Display;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class LogsCommandTest extends CliFixture {
    private static final Pattern ASKED = Pattern.compile("attempt=(\\d+)&offset=(\\d+)");

    /** Attempts 1 to 3 have written their number; the latest is the third. */
    @BeforeEach
    void threeAttempts() {
        server.on(
                        "GET /api/v1/runs/run-1",
                        200,
                        view("succeeded", "")
                                .replace("\"failed\",\"attempt\":1", "\"succeeded\",\"attempt\":3"))
                .on("GET /api/v1/runs/run-1/steps/one/log", _ -> new Answer(200, log("try %d\\n")));
    }

    private String log(String text) {
        var last = server.asked.getLast();
        var asked = ASKED.matcher(last);
        int attempt = asked.find() ? Integer.parseInt(asked.group(1)) : 3;
        boolean first = last.endsWith("offset=0");
        return "{\"attempt\":%d,\"offset\":%d,\"next\":6,\"text\":\"%s\",\"ended\":%s}"
                .formatted(attempt, first ? 0 : 6, first ? text.formatted(attempt) : "", !first);
    }

    @Test
    void printsTheLatestAttempt() {
        assertThat(kintsugi("logs", "run-1", "one")).isZero();

        assertThat(out()).isEqualTo("try 3\n");
    }

    @Test
    void printsTheAttemptAskedForEvenWhenItFollows() {
        assertThat(kintsugi("logs", "-f", "run-1", "one", "--attempt", "2")).isZero();

        assertThat(out()).isEqualTo("try 2\n");
        assertThat(kintsugi("logs", "run-1", "one", "--attempt", "0")).isEqualTo(2);
    }

    @Test
    void printsWhatElseWasDoneAboutTheStep() {
        assertThat(kintsugi("logs", "run-1", "one", "--kind", "undo")).isZero();

        assertThat(out()).isEqualTo("try 3\n");
        assertThat(server.asked)
                .filteredOn(asked -> asked.contains("/log"))
                .isNotEmpty()
                .allSatisfy(asked -> assertThat(asked).contains("kind=undo"));
    }

    @Test
    void followsTheStepItselfAlone() {
        assertThat(kintsugi("logs", "-f", "run-1", "one", "--kind", "mend")).isEqualTo(2);

        assertThat(err()).contains("--follow goes with --kind step alone, was mend");
    }

    @Test
    void followsEveryAttemptThatComes() {
        server.on(
                "GET /api/v1/runs/run-1/steps/one/log",
                _ ->
                        new Answer(
                                200,
                                server.asked.stream().noneMatch(a -> a.contains("attempt="))
                                        ? "{\"attempt\":1,\"offset\":0,\"next\":6,\"text\":\"try 1\\n\",\"ended\":false}"
                                        : log("try %d\\n")));

        assertThat(kintsugi("logs", "-f", "run-1", "one")).isZero();

        assertThat(out()).isEqualTo("try 1\ntry 2\ntry 3\n");
    }

    @Test
    void printsChunksAsJson() {
        assertThat(kintsugi("logs", "--json", "run-1", "one")).isZero();

        assertThat(out())
                .isEqualTo(
                        "{\"attempt\":3,\"offset\":0,\"next\":6,\"text\":\"try 3\\n\",\"ended\":false}\n");
    }

    @Test
    void letsNoLogSteerATerminal() {
        server.on(
                "GET /api/v1/runs/run-1/steps/one/log",
                _ ->
                        new Answer(
                                200,
                                log(
                                        "\\u001b[31mred\\u001b[0m\\u001b[2J\\u001b]0;x\\u0007\\u009b1A\\r\\tok\\n")));
        var terminal = console("").drawing(true, () -> Display.UNKNOWN);

        int code = Kintsugi.run(shell(terminal), "logs", "run-1", "one");

        assertThat(code).isZero();
        assertThat(out()).isEqualTo("\033[31mred\033[0m]0;x1A\r\tok\n");
    }

    @Test
    void leavesColoursOutWhereNoneAreShown() {
        server.on(
                "GET /api/v1/runs/run-1/steps/one/log",
                _ -> new Answer(200, log("\\u001b[31mred\\u001b[0m\\n")));
        var terminal = console("").drawing(false, () -> Display.UNKNOWN);

        assertThat(Kintsugi.run(shell(terminal), "logs", "run-1", "one")).isZero();

        assertThat(out()).isEqualTo("red\n");
    }
}
