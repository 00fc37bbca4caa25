package dev.kintsugi.server.run;

import dev.kintsugi.server.run.machine.Course;
import dev.kintsugi.server.run.machine.RunMachine;
import dev.kintsugi.server.run.machine.RunState;
import java.time.Instant;

/**
 * A run's state as of an event, ready to take the next.
 *
 * @param at when that event was taken up; time never goes back within a run
 * @param mac of that event
 */
record Folded(
        Course course, RunMachine machine, RunState state, long seq, Instant at, byte[] mac) {}
