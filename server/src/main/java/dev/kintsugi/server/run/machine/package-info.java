/**
 * The run level's brain, pure: {@link dev.kintsugi.server.run.machine.RunMachine} takes a state and
 * an event and gives the next state and what to do. No clock, no I/O, no chance: both come in the
 * event's envelope.
 */
@NullMarked
@NamedInterface("machine")
package dev.kintsugi.server.run.machine;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.NamedInterface;
