/**
 * The one package of this library in which time passes and chance rules. Start at {@link
 * TimeAndChance}: what the others are given to ask the clock, to wait and to draw.
 */
@NullMarked
package dev.kintsugi.healing.time;

import org.jspecify.annotations.NullMarked;
