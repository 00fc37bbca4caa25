package dev.kintsugi.server.integration;

import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What a platform answered.
 *
 * @param status 200 to 399
 * @param headers values by lower-case name; of several of one name, the last
 * @param body at most {@value Edge#MAX_BODY} bytes
 */
public record Reply(int status, SortedMap<String, String> headers, String body) {
    public Reply {
        headers = Collections.unmodifiableSortedMap(new TreeMap<>(headers));
    }
}
