/** What the server answers to strangers, and to input that nobody meant. */
@org.jspecify.annotations.NullMarked
package dev.kintsugi.server.edge;
