package dev.kintsugi.healing;

import java.util.List;
import java.util.SortedMap;

/**
 * Where a rule held.
 *
 * @param lines the lines it matched, empty when it looked at no text
 * @param captures named groups; of further matches as {@code name.2}, {@code name.3} …
 */
record Finding(List<String> lines, SortedMap<String, String> captures) {}
