package money;

import java.math.BigDecimal;
import java.math.RoundingMode;

/** An amount in one currency, in cents. Version 2.0. */
public record Money(long cents, String currency) {

    public static Money zero(String currency) {
        return new Money(0, currency);
    }

    /** Reads an amount such as {@code 24.50 EUR}. */
    public static Money parse(String text) {
        String[] words = text.split(" ");
        return new Money(new BigDecimal(words[0]).movePointRight(2).longValueExact(), words[1]);
    }

    public Money plus(Money other) {
        return new Money(Math.addExact(cents, cents(other)), currency);
    }

    public Money minus(Money other) {
        return new Money(Math.subtractExact(cents, cents(other)), currency);
    }

    public Money times(int quantity) {
        return new Money(Math.multiplyExact(cents, quantity), currency);
    }

    /** That part of the amount, half a cent rounded to even. */
    public Money percent(int percent) {
        return rounded(BigDecimal.valueOf(cents).multiply(BigDecimal.valueOf(percent, 2)), currency);
    }

    /** The amount in another currency. */
    public Money at(BigDecimal rate, String other) {
        return rounded(BigDecimal.valueOf(cents).multiply(rate), other);
    }

    private static Money rounded(BigDecimal cents, String currency) {
        return new Money(cents.setScale(0, RoundingMode.HALF_EVEN).longValueExact(), currency);
    }

    private long cents(Money other) {
        if (!other.currency.equals(currency)) {
            throw new IllegalArgumentException("cannot mix " + currency + " and " + other.currency);
        }
        return other.cents;
    }

    public boolean isNegative() {
        return cents < 0;
    }

    @Override
    public String toString() {
        return BigDecimal.valueOf(cents, 2) + " " + currency;
    }
}
