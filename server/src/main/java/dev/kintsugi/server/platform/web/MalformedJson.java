package dev.kintsugi.server.platform.web;

import dev.kintsugi.server.platform.ProblemResponse;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DatabindException;
import tools.jackson.databind.exc.InvalidFormatException;

/** Says what is wrong with a body's JSON, and where, without names of classes. */
final class MalformedJson {
    private MalformedJson() {}

    static ProblemResponse response(JacksonException e) {
        String path = path(e);
        var at = e.getLocation();
        boolean placed = at != null && at.getLineNr() > 0;
        String detail =
                (path.isEmpty() ? "" : path + ": ")
                        + what(e)
                        + (placed
                                ? " (line %d, column %d)"
                                        .formatted(at.getLineNr(), at.getColumnNr())
                                : "");
        return ProblemResponse.of(400, "malformed_json", "Malformed JSON", detail, List.of());
    }

    private static String what(JacksonException e) {
        if (e instanceof InvalidFormatException format && format.getTargetType().isEnum()) {
            String known =
                    Arrays.stream(format.getTargetType().getEnumConstants())
                            .map(constant -> constant.toString().toLowerCase(Locale.ROOT))
                            .collect(Collectors.joining(", "));
            return "\"%s\" is not one of %s".formatted(format.getValue(), known);
        }
        return e instanceof DatabindException
                ? "this value does not fit here"
                : "the body is not JSON: " + e.getOriginalMessage();
    }

    private static String path(JacksonException e) {
        var path = new StringBuilder();
        for (JacksonException.Reference step : e.getPath()) {
            if (step.getPropertyName() == null) {
                path.append('[').append(step.getIndex()).append(']');
            } else {
                path.append(path.isEmpty() ? "" : ".").append(step.getPropertyName());
            }
        }
        return path.toString();
    }
}
