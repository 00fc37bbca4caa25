package storefront.report;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;

/** How often each product was ordered. */
public final class SalesReport {
    private SalesReport() {}

    public static void main(String[] args) throws IOException {
        List<String> orders = Files.readAllLines(Path.of("data/orders.txt"));
        Map<Integer, Integer> sold = new TreeMap<>();
        for (String order : orders) {
            Arrays.stream(order.split(" "))
                    .forEach(number -> sold.merge(Integer.valueOf(number), 1, Integer::sum));
        }
        System.out.println(orders.size() + " orders");
        sold.forEach((number, count) -> System.out.println(number + "  sold " + count + " times"));
    }
}
