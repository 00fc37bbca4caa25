/** Secrets: what they look like is known to {@link dev.kintsugi.client.secret.SecretPatterns}. */
@NullMarked
package dev.kintsugi.client.secret;

import org.jspecify.annotations.NullMarked;
