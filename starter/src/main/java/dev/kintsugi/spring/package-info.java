/**
 * The healing library in a Spring Boot application. Start at {@link dev.kintsugi.spring.Healed},
 * and at {@link dev.kintsugi.spring.HealingAutoConfiguration} for what else there is.
 */
@NullMarked
package dev.kintsugi.spring;

import org.jspecify.annotations.NullMarked;
