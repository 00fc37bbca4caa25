/**
 * Where the control plane is put together: main, wiring, profiles. Start at {@link KintsugiServer}.
 */
@NullMarked
package dev.kintsugi.server.app;

import org.jspecify.annotations.NullMarked;
