/**
 * The HTTP edge: problems as problem details, and the limit of a request's size. Open {@code
 * ProblemAdvice} first.
 */
@NullMarked
package dev.kintsugi.server.platform.web;

import org.jspecify.annotations.NullMarked;
