package storefront;

import java.nio.file.Path;

/** Prints the shop window, with prices in a currency. */
public final class Storefront {
    private Storefront() {}

    public static void main(String[] args) throws Exception {
        var rates = Rates.read(Path.of("data/rates.csv"));
        for (var product : Catalogue.read(Path.of("data/catalogue.csv")).products()) {
            System.out.println(product.name() + "  " + rates.convert(product.price(), args[0]));
        }
    }
}
