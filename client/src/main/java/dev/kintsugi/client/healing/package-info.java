/**
 * What a server tells about components and their recoveries, and what is reported to it: the bodies
 * of {@code /api/v1/healing}. Start at {@link SystemHealthView} and {@link Outcomes}.
 */
@NullMarked
package dev.kintsugi.client.healing;

import org.jspecify.annotations.NullMarked;
