/**
 * Makes calls that heal: retried, cut off, kept apart, served by something else. Start at {@link
 * dev.kintsugi.healing.call.Recovery}: the policies of one component around its calls.
 */
@NullMarked
package dev.kintsugi.healing.call;

import org.jspecify.annotations.NullMarked;
