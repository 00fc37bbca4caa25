/**
 * What a person sees of a run: {@link dev.kintsugi.cli.screen.Screen} is a pure fold over its
 * timeline, {@link dev.kintsugi.cli.screen.Display} paints it.
 */
@NullMarked
package dev.kintsugi.cli.screen;

import org.jspecify.annotations.NullMarked;
