package dev.kintsugi.client.plan;

import java.util.List;

/** What a {@code ${…}} in a plan's text stands for. Shell variables are no references. */
public sealed interface Reference {

    /** {@code ${inputs.NAME}}: what the run was given; empty when it was given nothing. */
    record Input(String name) implements Reference {}

    /** {@code ${secrets.NAME}}: resolved by the worker just before the process starts. */
    record Secret(String name) implements Reference {}

    /**
     * {@code ${steps.ID.output.KEY}}: part of what an earlier step wrote to {@code
     * KINTSUGI_OUTPUT}.
     *
     * @param step the step's id
     * @param key names of nested fields, joined by dots
     */
    record Output(String step, String key) implements Reference {}

    /**
     * A reference and where in the text it stands.
     *
     * @param start index of its {@code $}
     * @param end index after its closing brace
     * @param reference the one it is; none where the text only begins like a reference
     */
    record Found(int start, int end, List<Reference> reference) {
        public Found {
            reference = List.copyOf(reference);
        }
    }

    /** Everything in the text that begins like a reference, in order. */
    static List<Found> in(String text) {
        return ReferenceGrammar.find(text);
    }
}
