/**
 * How well components are, by the outcomes of their calls and by checks of their own, and who is
 * told when that changes. Start at {@link HealthMonitor}.
 */
@NullMarked
package dev.kintsugi.healing.health;

import org.jspecify.annotations.NullMarked;
