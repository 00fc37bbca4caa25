/**
 * What every level shares: a failure, its category and class, and the fingerprint by which the same
 * failure is known again. Start at {@link Classifier}: it turns evidence (an exit code, an HTTP
 * status, an exception) into a {@link Failure}; the rules it follows lie in {@code
 * src/main/catalogue}.
 */
@NullMarked
package dev.kintsugi.healing;

import org.jspecify.annotations.NullMarked;
