package dev.kintsugi.server.run.machine;

import static dev.kintsugi.client.event.RunStatus.CANCELLED;
import static dev.kintsugi.client.event.RunStatus.FAILED;
import static dev.kintsugi.client.event.RunStatus.QUEUED;
import static dev.kintsugi.client.event.RunStatus.REPAIRING;
import static dev.kintsugi.client.event.RunStatus.ROLLED_BACK;
import static dev.kintsugi.client.event.RunStatus.ROLLING_BACK;
import static dev.kintsugi.client.event.RunStatus.RUNNING;
import static dev.kintsugi.client.event.RunStatus.SUCCEEDED;
import static dev.kintsugi.client.event.RunStatus.WAITING;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.client.event.RunStatus;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TransitionsTest {
    private static final List<RunStatus> ORDER =
            List.of(
                    QUEUED,
                    RUNNING,
                    REPAIRING,
                    WAITING,
                    ROLLING_BACK,
                    SUCCEEDED,
                    FAILED,
                    ROLLED_BACK,
                    CANCELLED);

    /**
     * One row for each status, one column for each in the same order: x where the move is legal.
     */
    @ParameterizedTest
    @CsvSource({
        "QUEUED,       . x . . . x x . x",
        "RUNNING,      . . x x . x x . x",
        "REPAIRING,    . x . x . x x . x",
        "WAITING,      . x x . x x x x x",
        "ROLLING_BACK, . . . . . . x x x",
        "SUCCEEDED,    . . . . . . . . .",
        "FAILED,       . . . . . . . . .",
        "ROLLED_BACK,  . . . . . . . . .",
        "CANCELLED,    . . . . . . . . ."
    })
    void movesOnlyAsTheTableSays(RunStatus from, String row) {
        var marks = row.split(" ");

        assertThat(ORDER).containsExactly(RunStatus.values());
        for (var to : RunStatus.values()) {
            assertThat(Transitions.legal(from, to))
                    .as("%s -> %s", from, to)
                    .isEqualTo(marks[to.ordinal()].equals("x"));
        }
    }

    @ParameterizedTest
    @CsvSource({"SUCCEEDED", "FAILED", "ROLLED_BACK", "CANCELLED"})
    void whatIsFinalLeadsNowhere(RunStatus end) {
        assertThat(end.isFinal()).isTrue();
    }
}
