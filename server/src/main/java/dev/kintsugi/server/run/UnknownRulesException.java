package dev.kintsugi.server.run;

import dev.kintsugi.server.platform.ProblemException;

/** A newer server began the run, under rules that this one does not know. */
final class UnknownRulesException extends ProblemException {
    private static final long serialVersionUID = 1;

    /**
     * @param known the newest rules that this server knows
     */
    UnknownRulesException(RunRow row, int known) {
        super(
                503,
                "rules_unknown",
                "Rules unknown",
                "Run %s goes by rules %d, this server knows rules up to %d: ask again, another server may answer; upgrade this one."
                        .formatted(row.run(), row.rules(), known));
    }
}
