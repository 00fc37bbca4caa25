/**
 * The one package of this module in which time passes: {@link dev.kintsugi.client.time.Pause} is
 * what the others are given to wait with.
 */
@NullMarked
package dev.kintsugi.client.time;

import org.jspecify.annotations.NullMarked;
