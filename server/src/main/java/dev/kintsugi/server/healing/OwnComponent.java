package dev.kintsugi.server.healing;

import dev.kintsugi.healing.health.HealthCheck;

/**
 * Something this server itself cannot do without.
 *
 * @param name as people are told it
 */
record OwnComponent(String name, HealthCheck check) {}
