package dev.kintsugi.client.healing;

import dev.kintsugi.healing.DegradationLevel;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What a server offers at the moment.
 *
 * @param because its critical components that are unhealthy
 * @param features each with whether it is on
 * @param components what the server itself cannot do without, by name and status; its own user
 *     (scope {@code operate}) is told the messages too, and of what else the server calls
 */
public record DegradationView(
        DegradationLevel level,
        List<String> because,
        SortedMap<String, Boolean> features,
        List<ComponentHealthView> components) {
    public DegradationView {
        because = List.copyOf(because);
        features = Collections.unmodifiableSortedMap(new TreeMap<>(features));
        components = List.copyOf(components);
    }
}
