package dev.kintsugi.client.plan;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads what a step does: {@code exec}, {@code http} or {@code agent}, and the environment it does
 * it in.
 */
final class WorkReader {
    private static final List<String> KINDS = List.of("exec", "http", "agent");
    private static final int MAX_AGENT = 64;
    private static final Pattern AGENT = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,63}");
    private static final int MAX_URL = 4_096;
    private static final int MAX_VARIABLES = 200;
    private static final List<String> HTTP = List.of("method", "url", "headers", "body", "expect");
    private static final List<String> METHODS =
            List.of("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE");
    private static final Set<String> WITHOUT_BODY = Set.of("GET", "HEAD");
    private static final Pattern EXPECT =
            Pattern.compile("[1-5](?:xx|[0-9]{2})(?:,[1-5](?:xx|[0-9]{2})){0,19}");
    private static final Pattern HEADER = Pattern.compile("[A-Za-z0-9!#$%&'*+.^_`|~-]{1,128}");
    private static final Pattern VARIABLE = Pattern.compile("[A-Za-z_][A-Za-z0-9_]{0,127}");

    private final References references;

    WorkReader(References references) {
        this.references = references;
    }

    /** The one of exec, http and agent that is given. */
    Work work(Place place, Fields fields) {
        var given = KINDS.stream().filter(kind -> fields.get(kind).isPresent()).toList();
        if (given.size() > 1) {
            fields.errorAtKey(
                    given.getLast(),
                    "give %s, not %s"
                            .formatted(
                                    String.join(" or ", given),
                                    given.size() == 2 ? "both" : "all three"));
        } else if (given.isEmpty() && place.isMapping()) {
            place.error("\"exec\", \"http\" or \"agent\" is missing: say what to do");
        }
        var input = fields.get("input");
        if (fields.get("http").isPresent()) {
            return http(fields.get("http").get());
        }
        if (fields.get("agent").isPresent()) {
            if (fields.get("env").isPresent()) {
                fields.errorAtKey("env", "goes with exec and http: give an agent its input");
            }
            return new Work.Agent(
                    agent(fields.get("agent").get()), input.map(this::input).orElse("{}"));
        }
        if (input.isPresent()) {
            fields.errorAtKey("input", "goes with agent");
        }
        return new Work.Exec(fields.get("exec").map(this::command).orElse(""));
    }

    private String input(Place place) {
        var text = body(place);
        References.refuseSecretReferences(place, text);
        return text;
    }

    private static String agent(Place place) {
        String name = place.text(MAX_AGENT);
        if (!name.isBlank() && !AGENT.matcher(name).matches()) {
            place.error(
                    "\"%s\" is no name of an agent: letters, digits, dot, dash and underscore, a letter or digit first"
                            .formatted(Place.shown(name)));
        }
        return name;
    }

    String command(Place place) {
        String command = place.text(Place.MAX_TEXT);
        references.note(place, command);
        return command;
    }

    SortedMap<String, String> env(@Nullable Place place) {
        var env = new TreeMap<String, String>();
        if (place == null) {
            return env;
        }
        var fields = Fields.any(place);
        if (fields.all().size() > MAX_VARIABLES) {
            place.error("must have at most " + MAX_VARIABLES + " variables");
            return env;
        }
        fields.all()
                .forEach((name, value) -> {
                    if (!VARIABLE.matcher(name).matches()) {
                        fields.errorAtKey(
                                name,
                                "\"%s\" is no name of a variable: letters, digits and underscore, no digit first"
                                        .formatted(Place.shown(name)));
                    } else if (name.startsWith("KINTSUGI_")) {
                        fields.errorAtKey(name, name + " is set by Kintsugi itself");
                    }
                    env.put(name, named(name, value));
                });
        return env;
    }

    private String named(String name, Place place) {
        String text = place.looseText();
        references.note(place, text);
        references.refuseSecret(place, name, text);
        return text;
    }

    private Work.Http http(Place place) {
        var fields = Fields.of(place, HTTP);
        String method = fields.get("method").map(WorkReader::method).orElse("GET");
        String url = fields.required("url").map(this::url).orElse("");
        var headers = fields.get("headers").map(this::headers).orElseGet(TreeMap::new);
        String body = fields.get("body").map(this::body).orElse(null);
        if (body != null && WITHOUT_BODY.contains(method)) {
            fields.errorAtKey("body", method + " takes no body: give method: POST");
        }
        String expect = fields.get("expect").map(WorkReader::expect).orElse("2xx");
        return new Work.Http(method, url, headers, body, expect);
    }

    private static String method(Place place) {
        String method = place.text(MAX_URL);
        if (!METHODS.contains(method)) {
            place.error(
                    "must be one of %s%s"
                            .formatted(
                                    String.join(", ", METHODS),
                                    place.problems()
                                            .nearest()
                                            .hint(method.toUpperCase(Locale.ROOT), METHODS)));
        }
        return method;
    }

    private String url(Place place) {
        String url = place.text(MAX_URL);
        references.note(place, url);
        if (url.isBlank()) {
            return url;
        }
        try {
            // What a reference will be is not known yet: any word stands for it.
            var uri = new URI(References.replaced(url, "x"));
            boolean http = "http".equals(uri.getScheme()) || "https".equals(uri.getScheme());
            if (!http || uri.getHost() == null) {
                place.error("must be a URL that begins with http:// or https:// and names a host");
            } else if (uri.getUserInfo() != null) {
                place.error("must not hold a user: give headers: {Authorization: …}");
            }
        } catch (URISyntaxException e) {
            place.error("is no URL: " + e.getReason());
        }
        return url;
    }

    private SortedMap<String, String> headers(Place place) {
        var headers = new TreeMap<String, String>();
        var fields = Fields.any(place);
        fields.all()
                .forEach((name, value) -> {
                    if (!HEADER.matcher(name).matches()) {
                        fields.errorAtKey(
                                name, "\"%s\" is no name of a header".formatted(Place.shown(name)));
                    }
                    String text = named(name, value);
                    if (text.chars().anyMatch(c -> c < ' ' && c != '\t')) {
                        value.error("must be one line");
                    }
                    headers.put(name, text);
                });
        return headers;
    }

    private String body(Place place) {
        String body = BodyText.of(place);
        references.note(place, body);
        return body;
    }

    private static String expect(Place place) {
        String expect = place.looseText().replace(" ", "");
        if (!EXPECT.matcher(expect).matches()) {
            place.error("must be statuses such as 2xx or 200,404");
        }
        return expect;
    }
}
