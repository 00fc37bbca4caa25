/** Runs as clients see them: {@link dev.kintsugi.client.run.RunView} and the parts of it. */
@NullMarked
package dev.kintsugi.client.run;

import org.jspecify.annotations.NullMarked;
