/**
 * Runs: {@link dev.kintsugi.server.run.RunEngine} takes events from a run's inbox through the pure
 * machine and carries out what it decides, one transaction a turn. {@link
 * dev.kintsugi.server.run.RunStore} keeps the logs.
 */
@NullMarked
package dev.kintsugi.server.run;

import org.jspecify.annotations.NullMarked;
