/**
 * Makes the healing library's parts beans of a Spring Boot application. Start at {@link
 * HealingAutoConfiguration}.
 */
@NullMarked
package dev.kintsugi.spring;

import org.jspecify.annotations.NullMarked;
