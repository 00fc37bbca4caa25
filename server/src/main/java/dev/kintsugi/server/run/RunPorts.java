package dev.kintsugi.server.run;

import dev.kintsugi.server.budget.Budgets;
import dev.kintsugi.server.platform.Transactions;
import dev.kintsugi.server.queue.TaskQueue;
import dev.kintsugi.server.waiting.Waits;
import java.time.InstantSource;
import java.util.random.RandomGenerator;

/**
 * Everything the engine needs from outside.
 *
 * @param conditions tells whether steps are to be done
 * @param home names the folder of this server, in which the repositories of its runs lie
 */
public record RunPorts(
        Transactions transactions,
        RunStore store,
        TaskQueue queue,
        Budgets budgets,
        Breakers breakers,
        PatchMemory patches,
        RunListener listener,
        Chain chain,
        InstantSource clock,
        RandomGenerator chance,
        Conditions conditions,
        String home,
        Waits waits,
        Admission admission) {}
