package dev.kintsugi.client.plan;

import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.annotation.JsonTypeName;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What a step does. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
public sealed interface Work {

    /** A shell command, run by {@code sh -c} in the checkout. */
    @JsonTypeName("exec")
    record Exec(String command) implements Work {}

    /**
     * A call of an agent: a function that workers offer under a name.
     *
     * @param agent its name, as {@link Step#id()} is written
     * @param input what it gets, as JSON text; {@code {}} when nothing
     */
    @JsonTypeName("agent")
    record Agent(String agent, String input) implements Work {}

    /**
     * An HTTP request.
     *
     * @param method GET, HEAD, POST, PUT, PATCH or DELETE
     * @param url http or https
     * @param headers request headers
     * @param body the request's body as JSON text; null for none
     * @param expect {@code 2xx}-like classes or codes, separated by commas; {@code 2xx} by default
     */
    @JsonTypeName("http")
    record Http(
            String method,
            String url,
            SortedMap<String, String> headers,
            @Nullable String body,
            String expect)
            implements Work {
        public Http {
            headers = Collections.unmodifiableSortedMap(new TreeMap<>(headers));
        }
    }
}
