/** The one JSON mapping of all wire records: {@link dev.kintsugi.client.json.Json}. */
@NullMarked
package dev.kintsugi.client.json;

import org.jspecify.annotations.NullMarked;
