package dev.kintsugi.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class ChainsTest {

    @Test
    void everyStepNeedsTheOneBefore() {
        var plan = Chains.plan(3);

        assertThat(plan.steps())
                .extracting(step -> step.id() + " needs " + step.needs())
                .isEqualTo(List.of("s0 needs []", "s1 needs [s0]", "s2 needs [s1]"));
    }
}
