/**
 * Tells what a failed call means and what may be done about it. Start at {@link
 * dev.kintsugi.healing.detect.ErrorDetector}; request errors end on the {@link
 * dev.kintsugi.healing.detect.DeadLetters}.
 */
@NullMarked
package dev.kintsugi.healing.detect;

import org.jspecify.annotations.NullMarked;
