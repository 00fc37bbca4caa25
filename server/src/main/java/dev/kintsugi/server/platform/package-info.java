/**
 * What every room of the server stands on: transactions, content by hash, time and chance. {@link
 * dev.kintsugi.server.platform.Transactions} first.
 */
@NullMarked
package dev.kintsugi.server.platform;

import org.jspecify.annotations.NullMarked;
