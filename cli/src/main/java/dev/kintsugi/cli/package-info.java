/**
 * The {@code kintsugi} command: {@link dev.kintsugi.cli.Kintsugi} is its main, one class is one
 * subcommand, {@link dev.kintsugi.cli.Follower} follows a run to its end.
 */
@NullMarked
package dev.kintsugi.cli;

import org.jspecify.annotations.NullMarked;
