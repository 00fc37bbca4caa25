package dev.kintsugi.server.run.machine;

import static dev.kintsugi.server.run.machine.Plans.plan;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.client.event.RunStatus;
import dev.kintsugi.client.plan.Step.Effects;
import dev.kintsugi.client.task.TaskKind;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class DeadlineTest {
    private static final Duration BUDGET = Duration.ofMillis(Runs.LIMITS.timeMillis());

    @Test
    void timeThatRanOutBeforeARunWaitedEndsItWhenItGoesOn() {
        var run = Runs.of(plan().step("pay", Effects.ONCE).step("mail"));
        run.succeeds("mail").after(BUDGET.plusHours(1)).loses(TaskKind.STEP, "pay");
        assertThat(run.status()).isEqualTo(RunStatus.WAITING);

        run.happened("pay", false);

        assertThat(run.all(RunAction.StartTimer.class).getLast().timer())
                .isEqualTo(Endings.DEADLINE);
        run.fires(Endings.DEADLINE);

        assertThat(run.status()).isEqualTo(RunStatus.FAILED);
        assertThat(run.reason()).isEqualTo("the time budget of 900 s is exhausted");
        assertThat(run.inFlight()).isEmpty();
    }
}
