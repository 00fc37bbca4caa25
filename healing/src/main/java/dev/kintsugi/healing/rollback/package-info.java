/**
 * Takes back what a failed operation did: by a snapshot of the state before, or by compensations in
 * reverse order, once each, also after a crash. Start at {@link
 * dev.kintsugi.healing.rollback.Rollback}.
 */
@NullMarked
package dev.kintsugi.healing.rollback;

import org.jspecify.annotations.NullMarked;
