/**
 * How much of a system is on offer while critical components are unhealthy, and which features that
 * leaves on. Start at {@link Degradation}.
 */
@NullMarked
package dev.kintsugi.healing.degrade;

import org.jspecify.annotations.NullMarked;
