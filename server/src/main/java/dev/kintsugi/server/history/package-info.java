/**
 * What is over: ended runs moved out of the way of those that go on, and deleted once they were
 * kept long enough, with all that belonged to them. Open {@link dev.kintsugi.server.history.Gc}
 * first.
 */
@NullMarked
package dev.kintsugi.server.history;

import org.jspecify.annotations.NullMarked;
