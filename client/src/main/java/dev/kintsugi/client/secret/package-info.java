/**
 * Secrets: what they look like ({@link dev.kintsugi.client.secret.SecretPatterns}) and how they are
 * kept out of output ({@link dev.kintsugi.client.secret.Redactor}).
 */
@NullMarked
package dev.kintsugi.client.secret;

import org.jspecify.annotations.NullMarked;
