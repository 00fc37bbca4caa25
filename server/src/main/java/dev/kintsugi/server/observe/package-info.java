/** What operators look at: health and metrics. Open {@code HealthController} first. */
@NullMarked
package dev.kintsugi.server.observe;

import org.jspecify.annotations.NullMarked;
