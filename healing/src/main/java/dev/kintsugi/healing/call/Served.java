package dev.kintsugi.healing.call;

import dev.kintsugi.healing.ErrorContext;
import org.jspecify.annotations.Nullable;

/**
 * A call's result, and how it came about.
 *
 * @param value what was returned
 * @param by the fallback that served, or the component itself
 * @param failure what the component's last attempt failed of; null when the first one went well
 */
public record Served<T>(T value, String by, @Nullable ErrorContext failure) {}
