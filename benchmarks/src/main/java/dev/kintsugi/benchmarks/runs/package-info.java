/**
 * Runs per second of a whole server beside peers, on one machine at one time. Start at {@link
 * dev.kintsugi.benchmarks.runs.BenchRuns}.
 */
@NullMarked
package dev.kintsugi.benchmarks.runs;

import org.jspecify.annotations.NullMarked;
