package storefront;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import money.Money;

/** The shop's tests, run by a plain main: no test framework is needed. */
public final class StorefrontTest {
    private static final Catalogue SHOP =
            new Catalogue(
                    List.of(
                            new Product(7, "Teapot", Money.parse("24.50 EUR")),
                            new Product(8, "Cup", Money.parse("1.33 EUR"))));

    private StorefrontTest() {}

    private interface Check {
        void run() throws Exception;
    }

    public static void main(String[] args) throws Exception {
        Map<String, Check> tests = new LinkedHashMap<>();
        tests.put("basketAddsUp", StorefrontTest::basketAddsUp);
        tests.put("discountIsRoundedForTheCustomer", StorefrontTest::discountIsRoundedForTheCustomer);
        tests.put("currenciesAreNotMixed", StorefrontTest::currenciesAreNotMixed);
        tests.put("ratesCoverTheShopsCurrencies", StorefrontTest::ratesCoverTheShopsCurrencies);
        tests.put("catalogueIsReadable", StorefrontTest::catalogueIsReadable);
        int failures = 0;
        for (var test : tests.entrySet()) {
            try {
                test.getValue().run();
                System.out.println("ok      " + test.getKey());
            } catch (Exception | AssertionError e) {
                failures++;
                System.out.println("FAILED  " + test.getKey() + ": " + e.getMessage());
            }
        }
        System.out.println("Tests run: " + tests.size() + ", Failures: " + failures + ", Errors: 0");
        System.exit(failures == 0 ? 0 : 1);
    }

    private static void basketAddsUp() {
        expect("50.33 EUR", new Basket(SHOP).with(7, 2).with(8, 1).total("EUR"));
    }

    /** 15 percent of 13.30 are 1.995: the half cent is the customer's. 11 cups: 2.1945. */
    private static void discountIsRoundedForTheCustomer() {
        expect("11.30 EUR", new Basket(SHOP).with(8, 10).total("EUR"));
        expect("6.12 EUR", Money.parse("40.83 EUR").percent(15));
        expect("0.13 EUR", Money.parse("0.50 EUR").percent(25));
    }

    private static void currenciesAreNotMixed() {
        try {
            Money.parse("1.00 EUR").plus(Money.parse("1.00 USD"));
        } catch (IllegalArgumentException expected) {
            return;
        }
        throw new AssertionError("euros and dollars were added");
    }

    private static void ratesCoverTheShopsCurrencies() throws Exception {
        var rates = Rates.read(Path.of("data/rates.csv"));
        for (String currency : List.of("EUR", "USD", "CHF", "JPY")) {
            expect(currency, rates.convert(Money.parse("1.00 EUR"), currency).currency());
        }
    }

    private static void catalogueIsReadable() throws Exception {
        expect(12, Catalogue.read(Path.of("data/catalogue.csv")).products().size());
    }

    private static void expect(Object expected, Object actual) {
        if (!Objects.equals(expected.toString(), actual.toString())) {
            throw new AssertionError("expected " + expected + ", was " + actual);
        }
    }
}
