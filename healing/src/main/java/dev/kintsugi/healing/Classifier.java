package dev.kintsugi.healing;

/** Turns evidence into a {@link Failure}. Safe for use by many threads. */
public interface Classifier {
    /** Never fails: what no rule knows is {@link FailureCategory#UNKNOWN}. */
    Failure classify(Evidence evidence);
}
