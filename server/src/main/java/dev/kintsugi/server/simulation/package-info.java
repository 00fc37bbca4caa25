/**
 * The real engine and the real worker loop under simulated time, with seeded faults: {@link
 * dev.kintsugi.server.simulation.Simulation} runs one world from one seed and says which invariant
 * broke.
 */
@NullMarked
package dev.kintsugi.server.simulation;

import org.jspecify.annotations.NullMarked;
