/**
 * The server that the command line starts for itself: {@link dev.kintsugi.cli.local.LocalServer}
 * attaches to a live one or starts one.
 */
@NullMarked
package dev.kintsugi.cli.local;

import org.jspecify.annotations.NullMarked;
