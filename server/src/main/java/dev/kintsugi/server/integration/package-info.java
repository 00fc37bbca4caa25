/**
 * What integrations with other systems have in common: pooled connections, recovery and a cache.
 * Start at {@link dev.kintsugi.server.integration.Platform}, then {@code Edge}.
 */
@NullMarked
package dev.kintsugi.server.integration;

import org.jspecify.annotations.NullMarked;
