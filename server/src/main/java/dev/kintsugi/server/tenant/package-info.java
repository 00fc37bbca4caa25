/**
 * Who may: tenants, their API keys, and the door that asks for them. Open {@link
 * dev.kintsugi.server.tenant.ApiKeys} first.
 */
@NullMarked
package dev.kintsugi.server.tenant;

import org.jspecify.annotations.NullMarked;
