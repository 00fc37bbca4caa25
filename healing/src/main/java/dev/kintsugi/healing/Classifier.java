package dev.kintsugi.healing;

/** Turns evidence into a {@link Failure}. Pure, and safe for use by many threads. */
public interface Classifier {
    /** Never fails: what no rule knows is {@link FailureCategory#UNKNOWN}. */
    Failure classify(Evidence evidence);

    /** The classifier with the rules that ship with this library. */
    static Classifier standard() {
        return of(RuleBook.standard());
    }

    /** A classifier with rules of one's own. */
    static Classifier of(RuleBook book) {
        return new RuleClassifier(book);
    }
}
