package storefront;

import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import money.Money;

/** What one euro is worth elsewhere. */
public final class Rates {
    private final Map<String, BigDecimal> rates;

    private Rates(Map<String, BigDecimal> rates) {
        this.rates = rates;
    }

    /** Reads lines of currency and rate, such as {@code USD;1.0842}. */
    static Rates read(Path file) throws IOException {
        var rates = new TreeMap<String, BigDecimal>();
        for (String line : Files.readAllLines(file)) {
            String[] cells = line.split(";");
            rates.put(cells[0], new BigDecimal(cells[1]));
        }
        return new Rates(rates);
    }

    Money convert(Money euros, String currency) {
        BigDecimal rate = rates.get(currency);
        if (rate == null) {
            throw new IllegalArgumentException(
                    "no exchange rate for " + currency + ", only for " + rates.keySet());
        }
        return euros.at(rate, currency);
    }
}
