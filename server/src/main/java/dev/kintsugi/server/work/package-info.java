/** The worker protocol over HTTP, and which workers speak it. */
@org.jspecify.annotations.NullMarked
package dev.kintsugi.server.work;
