/**
 * Mends that are known in advance, as data: {@link
 * dev.kintsugi.server.repair.catalogue.CatalogueSource} proposes what the entries under {@code
 * catalogue/patches} make of a failure.
 */
@NullMarked
package dev.kintsugi.server.repair.catalogue;

import org.jspecify.annotations.NullMarked;
