package dev.kintsugi.server.repair.catalogue;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** A mapping of a catalogue file, with the place it stands at. */
record Fields(String where, Map<?, ?> map) {

    void allow(Set<String> keys) {
        for (Object key : map.keySet()) {
            if (!(key instanceof String name) || !keys.contains(name)) {
                throw wrong(
                        "unknown key \""
                                + key
                                + "\", allowed are "
                                + keys.stream().sorted().toList());
            }
        }
    }

    /** A text that must be there. */
    String text(String key) {
        if (map.get(key) instanceof String text && !text.isEmpty()) {
            return text;
        }
        throw wrong(key + " must be a text that is not empty");
    }

    /** A text, empty when it is not there. */
    String textOrEmpty(String key) {
        return map.containsKey(key) ? text(key) : "";
    }

    /** A list of texts, empty when it is not there. */
    List<String> texts(String key) {
        if (!map.containsKey(key)) {
            return List.of();
        }
        if (map.get(key) instanceof List<?> list && !list.isEmpty()) {
            return list.stream()
                    .map(item -> item instanceof String text ? text : noText(key))
                    .toList();
        }
        throw wrong(key + " must be a list of texts");
    }

    Fields map(String key) {
        if (map.get(key) instanceof Map<?, ?> inner) {
            return new Fields(where + " " + key, inner);
        }
        throw wrong(key + " must be a mapping");
    }

    /** All of it as texts by name. */
    TreeMap<String, String> variables() {
        var all = new TreeMap<String, String>();
        map.keySet().forEach(key -> all.put(String.valueOf(key), text(String.valueOf(key))));
        return all;
    }

    CatalogueException wrong(String problem) {
        return new CatalogueException(where, problem);
    }

    private String noText(String key) {
        throw wrong(key + " must hold texts only");
    }
}
