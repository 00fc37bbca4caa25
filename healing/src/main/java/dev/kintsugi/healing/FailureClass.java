package dev.kintsugi.healing;

/**
 * The five failure classes of a run's step (Meta-Builder v4); breakers of the run level are kept
 * per class.
 */
public enum FailureClass {
    LINT,
    TEST,
    INFRA,
    SECURITY,
    RUNTIME
}
