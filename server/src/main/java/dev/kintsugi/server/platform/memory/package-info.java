/**
 * The platform in memory, with the same isolation as on PostgreSQL: for simulations of the whole
 * engine. {@link dev.kintsugi.server.platform.memory.MemoryTransactions} first.
 */
@NullMarked
@NamedInterface("memory")
package dev.kintsugi.server.platform.memory;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.NamedInterface;
