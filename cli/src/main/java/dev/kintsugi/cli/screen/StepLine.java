package dev.kintsugi.cli.screen;

import dev.kintsugi.client.event.Phase;
import dev.kintsugi.client.run.RunView.StepStatus;
import org.jspecify.annotations.Nullable;

/**
 * A step as the screen shows it.
 *
 * @param attempt the latest, 0 before the first
 * @param phase the phase of repair it is in; null outside repairs
 * @param failure one line about its latest failure; null when there was none
 * @param millis what its last ended attempt took; 0 before
 */
public record StepLine(
        String step,
        StepStatus status,
        int attempt,
        @Nullable Phase phase,
        @Nullable String failure,
        long millis) {

    StepLine is(StepStatus now) {
        return new StepLine(step, now, attempt, phase, failure, millis);
    }

    StepLine attempt(int now) {
        return new StepLine(step, status, Math.max(attempt, now), phase, failure, millis);
    }

    StepLine in(@Nullable Phase now) {
        return new StepLine(step, status, attempt, now, failure, millis);
    }

    StepLine failed(String message) {
        return new StepLine(step, StepStatus.FAILED, attempt, phase, message, millis);
    }

    StepLine took(long now) {
        return new StepLine(step, status, attempt, phase, failure, now);
    }
}
