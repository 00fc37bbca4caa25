package dev.kintsugi.server.run;

import dev.kintsugi.client.plan.Plan;
import dev.kintsugi.server.platform.TooManyException;
import java.math.BigDecimal;
import org.jspecify.annotations.Nullable;

/** Decides which runs are let in. */
public interface Admission {
    /**
     * How many more runs of the tenant may begin; in the transaction that begins them.
     *
     * @param wanted how many are asked for; none to hear of the defaults alone
     */
    Admitted admit(String tenant, int wanted);

    /**
     * Whether the tenant may use the repository.
     *
     * @throws dev.kintsugi.server.platform.ProblemException when not
     */
    void check(String tenant, Plan.Workspace workspace);

    /**
     * What is let in.
     *
     * @param room how many runs may begin
     * @param refusal why no more may; null when all that were wanted may
     */
    record Admitted(Defaults defaults, int room, @Nullable TooManyException refusal) {}

    /**
     * What holds where a plan says nothing.
     *
     * @param costUsd in US dollars; a plan may say more
     * @param attempts repair attempts of a run; a plan can only lower it
     * @param repairAttempts for one failing step
     */
    record Defaults(BigDecimal costUsd, int attempts, int repairAttempts) {}
}
