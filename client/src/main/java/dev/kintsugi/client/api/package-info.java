/**
 * The Java client of a Kintsugi server: {@link dev.kintsugi.client.api.KintsugiClient} makes every
 * call, {@link dev.kintsugi.client.api.EventStream} follows a run live.
 */
@NullMarked
package dev.kintsugi.client.api;

import org.jspecify.annotations.NullMarked;
