/**
 * Servers and workers killed by SIGKILL again and again, and what came of their runs. Start at
 * {@link dev.kintsugi.benchmarks.crash.BenchCrash}.
 */
@NullMarked
package dev.kintsugi.benchmarks.crash;

import org.jspecify.annotations.NullMarked;
