package dev.kintsugi.server.run;

import dev.kintsugi.client.event.RunEvent.Limits;
import dev.kintsugi.client.task.TaskResult;
import dev.kintsugi.server.platform.postgres.DatabaseLogin;
import dev.kintsugi.server.platform.postgres.Pool;
import dev.kintsugi.server.platform.postgres.PostgresTransactions;
import java.time.Instant;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/**
 * A server with a worker in a process of its own, whose steps cost at random. Its clock goes faster
 * than the world's, so that leases run out within a test's patience. Ends when its input ends.
 */
final class SpendingProcess {
    static final int STEPS = 1_000;
    static final long CENT_NANO_USD = 10_000_000;
    private static final int PACE = 6;
    private static final long SWEEP_MILLIS = 200;

    private SpendingProcess() {}

    /**
     * Url, user, password, name, begin in epoch milliseconds, then limits in cents of runs that it
     * submits.
     */
    public static void main(String[] arguments) throws Exception {
        var begin = Long.parseLong(arguments[4]);
        var source = Pool.open(new DatabaseLogin(arguments[0], arguments[1], arguments[2]));
        var stores = Engines.onPostgres(source, new PostgresTransactions(source));
        var random = new SplittableRandom(arguments[3].hashCode());
        var engines =
                new Engines(
                        stores,
                        (_, _) -> costing(random),
                        arguments[3],
                        () ->
                                Instant.ofEpochMilli(
                                        begin + PACE * (System.currentTimeMillis() - begin)));
        var timer =
                Executors.newSingleThreadScheduledExecutor(Thread.ofPlatform().daemon().factory());
        var _ =
                timer.scheduleWithFixedDelay(
                        () -> {
                            engines.queue.sweep();
                            engines.engine.sweep();
                        },
                        SWEEP_MILLIS,
                        SWEEP_MILLIS,
                        TimeUnit.MILLISECONDS);
        for (var limit : List.of(arguments).subList(5, arguments.length)) {
            var cents = Long.parseLong(limit);
            engines.start(plan(), new Limits(86_400_000, cents * CENT_NANO_USD, 10, 5, 60_000));
        }
        while (System.in.read() >= 0) {
            // until the test ends, or dies
        }
        System.exit(0);
    }

    private static synchronized TaskResult costing(SplittableRandom random) {
        return new TaskResult.Done(
                null,
                null,
                List.of(),
                new TaskResult.Usage(1, 0, random.nextLong(CENT_NANO_USD + 1)));
    }

    private static String plan() {
        var plan = new StringBuilder("plan: 1\nname: spends\nsteps:\n");
        for (var step = 0; step < STEPS; step++) {
            plan.append(
                    "  - {id: s%d, exec: x, cost: 0.01 USD, queue: %s}\n"
                            .formatted(step, queue(step)));
        }
        return plan.toString();
    }

    /** Over all classes, as each has a limit of its own. */
    private static String queue(int step) {
        return List.of("cpu", "io", "llm", "high", "low").get(step % 5);
    }
}
