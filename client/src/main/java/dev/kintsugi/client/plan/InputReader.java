package dev.kintsugi.client.plan;

import dev.kintsugi.client.json.Json;
import dev.kintsugi.client.plan.Input.Type;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads what inputs a plan takes. */
final class InputReader {
    private static final int MAX_ALLOWED = 100;
    private static final int MAX_DESCRIPTION = 500;
    private static final Pattern NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_]{0,63}");
    private static final List<String> INPUT =
            List.of("type", "required", "default", "values", "description");

    private final References references;

    InputReader(References references) {
        this.references = references;
    }

    SortedMap<String, Input> read(Place place) {
        var inputs = new TreeMap<String, Input>();
        var fields = Fields.any(place);
        if (fields.all().size() > Inputs.MAX_INPUTS) {
            place.error("must have at most " + Inputs.MAX_INPUTS + " inputs");
            return inputs;
        }
        fields.all()
                .forEach((name, input) -> {
                    if (!NAME.matcher(name).matches()) {
                        fields.errorAtKey(
                                name,
                                "\"%s\" is no name of an input: letters, digits and underscore, no digit first"
                                        .formatted(Place.shown(name)));
                    }
                    inputs.put(name, input(name, input));
                });
        return inputs;
    }

    private Input input(String name, Place place) {
        var fields = Fields.of(place, INPUT);
        var type = fields.get("type").map(t -> t.oneOf(Type.STRING)).orElse(Type.STRING);
        var allowed = new ArrayList<String>();
        for (var value : fields.list("values", MAX_ALLOWED)) {
            var read = value(name, type, value);
            if (read != null) {
                allowed.add(read);
            }
        }
        var preset = fields.get("default").map(value -> value(name, type, value)).orElse(null);
        if (preset != null && !allowed.isEmpty() && !allowed.contains(preset)) {
            fields.get("default").get().error("must be one of values: " + Inputs.shown(allowed));
        }
        return new Input(
                type,
                fields.get("required").map(Place::truth).orElse(fields.get("default").isEmpty()),
                preset,
                allowed,
                fields.get("description").map(InputReader::description).orElse(null));
    }

    private @Nullable String value(String name, Type type, Place place) {
        if (place.isMapping() || place.isList()) {
            place.error("must be %s, was %s".formatted(InputValues.wanted(type), place.kind()));
            return null;
        }
        var json = Json.mapper().readTree(BodyText.of(place));
        var value = InputValues.of(type, json);
        if (value.isEmpty()) {
            place.error("must be %s, was %s".formatted(InputValues.wanted(type), place.kind()));
            return null;
        }
        var text = Input.text(json);
        if (!Reference.in(text).isEmpty()) {
            place.error(Inputs.NO_REFERENCES);
        }
        references.refuseSecret(place, name, text);
        return value.get();
    }

    private static String description(Place place) {
        var text = place.text(MAX_DESCRIPTION);
        if (Place.steers(text)) {
            place.error("must be one line without control characters");
        }
        return text;
    }
}
