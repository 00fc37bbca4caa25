package dev.kintsugi.client.plan;

import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.ScalarNode;

/** A mapping of a plan: its values by key, in the order written. */
final class Fields {
    private final Place place;
    private final Map<String, Place> byName = new LinkedHashMap<>();
    private final Map<String, ScalarNode> keys = new HashMap<>();

    private Fields(Place place) {
        this.place = place;
    }

    /** A mapping that may hold any key once. */
    static Fields any(Place place) {
        var fields = new Fields(place);
        if (place.node() instanceof MappingNode mapping) {
            mapping.getValue()
                    .forEach(entry -> {
                        if (entry.getKeyNode() instanceof ScalarNode key) {
                            fields.add(
                                    key,
                                    new Place(
                                            entry.getValueNode(),
                                            join(place.path(), key.getValue()),
                                            place.problems()));
                        } else {
                            place.problems()
                                    .error(
                                            entry.getKeyNode().getStartMark(),
                                            place.path(),
                                            "a key must be text");
                        }
                    });
        } else {
            place.error("must be a mapping, was " + place.kind());
        }
        return fields;
    }

    /** A mapping that may hold the known keys only. */
    static Fields of(Place place, Collection<String> known) {
        var fields = any(place);
        for (String name : fields.byName.keySet()) {
            if (!known.contains(name)) {
                fields.errorAtKey(
                        name,
                        "unknown field \"%s\"%s"
                                .formatted(
                                        Place.shown(name),
                                        place.problems().nearest().hint(name, known)));
            }
        }
        return fields;
    }

    private void add(ScalarNode key, Place value) {
        String name = key.getValue();
        ScalarNode first = keys.putIfAbsent(name, key);
        if (first == null) {
            byName.put(name, value);
            return;
        }
        int line = first.getStartMark().map(mark -> mark.getLine() + 1).orElse(0);
        String message = "\"%s\" is given twice: first in line %d";
        place.problems()
                .error(
                        key.getStartMark(),
                        place.path(),
                        message.formatted(Place.shown(name), line));
    }

    Optional<Place> get(String name) {
        return Optional.ofNullable(byName.get(name));
    }

    /** The value of a field that must be there. */
    Optional<Place> required(String name) {
        if (place.isMapping() && !byName.containsKey(name)) {
            place.error("\"" + name + "\" is missing");
        }
        return get(name);
    }

    /** The entries of a list; none when there is no such field. */
    List<Place> list(String name, int max) {
        return get(name).map(list -> list.list(0, max)).orElse(List.of());
    }

    Map<String, Place> all() {
        return Collections.unmodifiableMap(byName);
    }

    /** Tells a problem at the key, which must be there. */
    void errorAtKey(String name, String message) {
        var key = Optional.ofNullable(keys.get(name));
        place.problems().error(key.flatMap(ScalarNode::getStartMark), place.path(), message);
    }

    private static String join(String path, String name) {
        return path.isEmpty() ? Place.shown(name) : path + "." + Place.shown(name);
    }
}
