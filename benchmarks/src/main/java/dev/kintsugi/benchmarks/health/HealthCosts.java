package dev.kintsugi.benchmarks.health;

import dev.kintsugi.healing.ErrorContext;
import dev.kintsugi.healing.Failure;
import dev.kintsugi.healing.FailureCategory;
import dev.kintsugi.healing.FailureClass;
import dev.kintsugi.healing.Severity;
import dev.kintsugi.healing.health.ComponentHealth;
import dev.kintsugi.healing.health.HealthCheck;
import dev.kintsugi.healing.health.HealthMonitor;
import dev.kintsugi.healing.time.TimeAndChance;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Measures what keeping health costs and prints it, one line each; run it with {@code
 * -XX:+UseSerialGC}, so that the heap is what is retained. Ends with 1 when a limit is passed.
 *
 * <p>Processor time is this process's, so what else the machine does counts little.
 */
final class HealthCosts {
    private static final int MANY = 10_000;
    private static final int MONITORED = 1_000;
    private static final int CALLS_EACH = 200;
    private static final int FULL_WINDOW = 12;
    private static final int ROUNDS = 200;
    private static final int RECORDINGS = 20_000_000;
    private static final double NANOS_PER_MILLI = 1e6;
    private static final double MEBI = 1 << 20;
    private static final double INTERVAL_NANOS = 30e9;

    private static final double MOST_MILLIS_A_CHECK = 5;
    private static final double MOST_MEBI = 50;
    private static final double MOST_PERCENT_OF_A_CORE = 1;

    private static boolean withinLimits = true;

    private HealthCosts() {}

    static void main() {
        measureMemory();
        try (var monitor = busyMonitor(MONITORED, TimeAndChance.real())) {
            measureCheck(monitor);
            measureMonitoring(monitor);
            measureOwnCheck(monitor);
        }
        measureRecording();
        if (!withinLimits) {
            System.exit(1);
        }
    }

    private static void measureMemory() {
        long before = retained();
        var passed = new AtomicLong();
        var monitor = busyMonitor(MANY, in(passed));
        for (int round = 0; round < FULL_WINDOW; round++) {
            passed.addAndGet((long) INTERVAL_NANOS);
            monitor.checkAll();
        }
        double mebi = (retained() - before) / MEBI;
        say("10,000 components with errors and windows, retained", mebi, "MiB", MOST_MEBI);
        monitor.close(); // reachable until here
    }

    private static void measureCheck(HealthMonitor monitor) {
        var nanos = new long[ROUNDS * MONITORED];
        int next = 0;
        List<String> names = monitor.components();
        for (int round = 0; round < ROUNDS; round++) {
            for (String name : names) {
                long begin = System.nanoTime();
                monitor.checkComponentHealth(name);
                nanos[next++] = System.nanoTime() - begin;
            }
        }
        Arrays.sort(nanos);
        say("one check, median", nanos[next / 2] / NANOS_PER_MILLI, "ms", MOST_MILLIS_A_CHECK);
        say("one check, p99", nanos[next * 99 / 100] / NANOS_PER_MILLI, "ms", MOST_MILLIS_A_CHECK);
    }

    /** Each once: the next time, its last answer would stand. */
    private static void measureOwnCheck(HealthMonitor monitor) {
        var nanos = new long[MONITORED];
        List<String> names = monitor.components();
        for (int i = 0; i < MONITORED; i++) {
            monitor.registerHealthCheck(names.get(i), HealthCheck.Answer::healthy);
            long begin = System.nanoTime();
            monitor.checkComponentHealth(names.get(i));
            nanos[i] = System.nanoTime() - begin;
        }
        Arrays.sort(nanos);
        say(
                "one check that runs a component's own, median",
                nanos[MONITORED / 2] / NANOS_PER_MILLI,
                "ms",
                MOST_MILLIS_A_CHECK);
    }

    private static void measureMonitoring(HealthMonitor monitor) {
        long before = processorNanos();
        for (int round = 0; round < ROUNDS; round++) {
            monitor.checkAll();
        }
        double perRound = (double) (processorNanos() - before) / ROUNDS;
        say(
                "monitoring 1,000 components every 30 s",
                100 * perRound / INTERVAL_NANOS,
                "% of a core",
                MOST_PERCENT_OF_A_CORE);
    }

    private static void measureRecording() {
        try (var monitor = HealthMonitor.standard()) {
            ComponentHealth health = monitor.register("api");
            double best = Double.MAX_VALUE;
            for (int attempt = 0; attempt < 5; attempt++) {
                long before = processorNanos();
                for (int call = 0; call < RECORDINGS; call++) {
                    health.success(-1);
                }
                best = Math.min(best, (double) (processorNanos() - before) / RECORDINGS);
            }
            say("recording a success, one thread", best, "ns", Double.MAX_VALUE);
        }
    }

    private static HealthMonitor busyMonitor(int components, TimeAndChance time) {
        var monitor = HealthMonitor.builder().time(time).maxComponents(components).build();
        for (int i = 0; i < components; i++) {
            ComponentHealth health = monitor.register("component-" + i);
            for (int call = 0; call < CALLS_EACH; call++) {
                health.success(call);
            }
            for (int failure = 0; failure < CALLS_EACH / 10; failure++) {
                health.failure(error(i));
            }
        }
        return monitor;
    }

    /** Time that passes only when it is told to, so that windows fill without waiting. */
    private static TimeAndChance in(AtomicLong nanos) {
        var real = TimeAndChance.real();
        return new TimeAndChance(
                real.clock(), nanos::get, real.pause(), real.timers(), real.chance());
    }

    private static ErrorContext error(int component) {
        var failure =
                new Failure(
                        FailureCategory.TIMEOUT,
                        FailureClass.RUNTIME,
                        Severity.MEDIUM,
                        "timeout",
                        "0123456789abcdef",
                        "timed out after 30 s while calling component-" + component,
                        true,
                        null,
                        new TreeMap<>());
        return new ErrorContext(
                "err-" + component, failure, "component-" + component, "call", null, null);
    }

    private static long retained() {
        var heap = ManagementFactory.getMemoryMXBean();
        var seen = new ArrayList<Long>();
        for (int collection = 0; collection < 3; collection++) {
            System.gc();
            seen.add(heap.getHeapMemoryUsage().getUsed());
        }
        return seen.stream().mapToLong(Long::longValue).min().orElseThrow();
    }

    private static long processorNanos() {
        return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
    }

    private static void say(String what, double value, String unit, double most) {
        boolean good = value < most;
        withinLimits &= good;
        System.out.println(
                String.format(Locale.ROOT, "%-52s %10.4f %s", what, value, unit)
                        + (good ? "" : "  ABOVE " + most));
    }
}
