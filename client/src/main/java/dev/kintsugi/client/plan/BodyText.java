package dev.kintsugi.client.plan;

import dev.kintsugi.client.json.Json;
import java.io.StringWriter;
import java.math.BigDecimal;
import java.util.regex.Pattern;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;
import tools.jackson.core.JsonGenerator;

/** Writes any value of a plan as JSON text: keys in their order, numbers as they were written. */
final class BodyText {
    /** Most characters of a request's body. */
    static final int MAX_LENGTH = 1 << 20;

    private static final Pattern JSON_NUMBER =
            Pattern.compile("-?(?:0|[1-9]\\d*)(?:\\.\\d+)?(?:[eE][-+]?\\d+)?");

    private final JsonGenerator json;

    private BodyText(JsonGenerator json) {
        this.json = json;
    }

    static String of(Place place) {
        var text = new StringWriter();
        try (var json = Json.mapper().createGenerator(text)) {
            new BodyText(json).write(place);
        }
        if (text.getBuffer().length() > MAX_LENGTH) {
            place.error("must have at most %,d characters as JSON".formatted(MAX_LENGTH));
        }
        return text.toString();
    }

    private void write(Place place) {
        if (place.isMapping()) {
            json.writeStartObject();
            Fields.any(place)
                    .all()
                    .forEach((name, value) -> {
                        json.writeName(name);
                        write(value);
                    });
            json.writeEndObject();
        } else if (place.node() instanceof SequenceNode) {
            json.writeStartArray();
            place.list(0, Document.MAX_VALUES).forEach(this::write);
            json.writeEndArray();
        } else {
            scalar(place, ((ScalarNode) place.node()).getValue());
        }
    }

    private void scalar(Place place, String value) {
        if (place.is(Tag.STR)) {
            json.writeString(place.string());
        } else if (place.is(Tag.NULL)) {
            json.writeNull();
        } else if (place.is(Tag.BOOL)) {
            json.writeBoolean(value.equals("true"));
        } else if (JSON_NUMBER.matcher(value).matches() && place.isNumberOrBool()) {
            json.writeNumber(value);
        } else if (place.is(Tag.FLOAT) && value.matches("-?\\d+\\.")) {
            json.writeNumber(new BigDecimal(value + "0").toPlainString());
        } else {
            place.error("cannot be written as JSON: it is " + place.kind());
            json.writeNull();
        }
    }
}
