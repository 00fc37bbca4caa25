package dev.kintsugi.server.healing;

import org.springframework.jdbc.core.simple.JdbcClient;

/** The tables of this room. */
record HealingRows(
        ComponentRows components,
        ErrorRows errors,
        DeadLetterRows deadLetters,
        RecoveryRows recoveries,
        BreakerRows breakers) {

    static HealingRows of(JdbcClient jdbc) {
        return new HealingRows(
                new ComponentRows(jdbc),
                new ErrorRows(jdbc),
                new DeadLetterRows(jdbc),
                new RecoveryRows(jdbc),
                new BreakerRows(jdbc));
    }
}
