/**
 * What keeping the health of components costs: time, memory, processor. Open {@code HealthCosts}.
 */
@NullMarked
package dev.kintsugi.benchmarks.health;

import org.jspecify.annotations.NullMarked;
