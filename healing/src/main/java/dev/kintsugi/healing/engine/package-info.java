/**
 * All of the call level behind one call: policies registered by component's name, health kept, and
 * recoveries counted. Start at {@link RecoveryEngine}.
 */
@NullMarked
package dev.kintsugi.healing.engine;

import org.jspecify.annotations.NullMarked;
