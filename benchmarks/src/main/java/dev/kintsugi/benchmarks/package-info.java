/**
 * How fast Kintsugi is: {@link Latency} for a whole server, the others for single parts by JMH. Not
 * shipped.
 */
@NullMarked
package dev.kintsugi.benchmarks;

import org.jspecify.annotations.NullMarked;
