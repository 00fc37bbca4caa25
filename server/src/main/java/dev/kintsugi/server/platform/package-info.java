/**
 * What every room of the server stands on: transactions, content by hash, time and chance. {@link
 * dev.kintsugi.server.platform.Transactions} first.
 */
@ApplicationModule(type = ApplicationModule.Type.OPEN) // its inner packages are for everyone
@NullMarked
package dev.kintsugi.server.platform;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
