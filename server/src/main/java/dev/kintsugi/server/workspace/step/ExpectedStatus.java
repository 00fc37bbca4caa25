package dev.kintsugi.server.workspace.step;

import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Which HTTP status counts as success.
 *
 * @param alternatives codes such as {@code 204} and classes such as {@code 2xx}
 */
record ExpectedStatus(List<String> alternatives) {
    private static final Pattern ALTERNATIVE = Pattern.compile("[1-5](?:\\d\\d|xx)");

    /** Reads {@code 2xx} or {@code 200, 204}. */
    static ExpectedStatus of(String expect) throws StepRefusedException {
        var alternatives = Stream.of(expect.split(",", -1)).map(String::strip).toList();
        for (var one : alternatives) {
            if (!ALTERNATIVE.matcher(one).matches()) {
                throw StepRefusedException.configuration(
                        "step.http-expect",
                        "http.expect must be codes or classes like 200, 2xx; \"%s\" is neither"
                                .formatted(one));
            }
        }
        return new ExpectedStatus(alternatives);
    }

    boolean includes(int status) {
        var code = Integer.toString(status);
        return alternatives.stream()
                .anyMatch(one -> one.equals(code) || one.equals(code.charAt(0) + "xx"));
    }
}
