package storefront;

import java.util.Map;
import java.util.TreeMap;
import money.Money;

/** What one customer is about to buy. Ten or more of a product cost 15 percent less. */
public final class Basket {
    private static final int MANY = 10;
    private static final int DISCOUNT_PERCENT = 15;

    private final Catalogue catalogue;
    private final Map<Integer, Integer> quantities = new TreeMap<>();

    Basket(Catalogue catalogue) {
        this.catalogue = catalogue;
    }

    Basket with(int product, int quantity) {
        quantities.merge(product, quantity, Integer::sum);
        return this;
    }

    Money total(String currency) {
        Money total = Money.zero(currency);
        for (var line : quantities.entrySet()) {
            Money price = catalogue.product(line.getKey()).price().times(line.getValue());
            boolean isMany = line.getValue() >= MANY;
            total = total.plus(isMany ? price.minus(price.percent(DISCOUNT_PERCENT)) : price);
        }
        return total;
    }
}
