package dev.kintsugi.client.plan;

/**
 * One thing that is wrong in a plan, and where.
 *
 * @param source what the plan was read from, usually a file's name
 * @param line 1 for the first; 0 when the place is not known
 * @param column 1 for the first; 0 when the place is not known
 * @param path the field, such as {@code steps[2].needs}; empty for the plan as a whole
 * @param message what is wrong and what to do; never a secret's value
 */
public record Problem(String source, int line, int column, String path, String message) {

    /** As people read it: {@code plan.yaml:12:9: steps[2].needs: unknown step "tset"}. */
    @Override
    public String toString() {
        var text = new StringBuilder(source);
        if (line > 0) {
            text.append(':').append(line).append(':').append(column);
        }
        if (!path.isEmpty()) {
            text.append(": ").append(path);
        }
        return text.append(": ").append(message).toString();
    }
}
