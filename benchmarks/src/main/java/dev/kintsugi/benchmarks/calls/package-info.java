/**
 * What calls cost beside Resilience4j and Failsafe. Start at {@link
 * dev.kintsugi.benchmarks.calls.BenchCalls}; the measured code is in the classes whose names end in
 * Benchmark.
 */
@NullMarked
package dev.kintsugi.benchmarks.calls;

import org.jspecify.annotations.NullMarked;
