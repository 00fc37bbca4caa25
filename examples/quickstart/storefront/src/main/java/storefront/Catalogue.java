package storefront;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import money.Money;

/** What the shop sells. */
public final class Catalogue {
    private final List<Product> products;

    Catalogue(List<Product> products) {
        this.products = List.copyOf(products);
    }

    /** Reads lines of number, name and price, such as {@code 1042;Teapot;24.50 EUR}. */
    static Catalogue read(Path file) throws IOException {
        return new Catalogue(Files.readAllLines(file).stream().map(Catalogue::product).toList());
    }

    private static Product product(String line) {
        String[] cells = line.split(";");
        return new Product(Integer.parseInt(cells[0]), cells[1], Money.parse(cells[2]));
    }

    List<Product> products() {
        return products;
    }

    Product product(int number) {
        return products.stream()
                .filter(product -> product.number() == number)
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no product " + number));
    }
}
