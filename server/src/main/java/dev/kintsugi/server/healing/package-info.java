/**
 * The call level over HTTP: components of tenants, how well they are, their recoveries and circuit
 * breakers, as their processes report them. Open {@link Components} first.
 */
@NullMarked
package dev.kintsugi.server.healing;

import org.jspecify.annotations.NullMarked;
