/**
 * When to stop calling what keeps failing. Start at {@link BreakerMachine}: a pure function from a
 * state and an event to the next state and whether a call is permitted.
 */
@NullMarked
package dev.kintsugi.healing.breaker;

import org.jspecify.annotations.NullMarked;
