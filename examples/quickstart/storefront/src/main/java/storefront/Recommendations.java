package storefront;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;

/** Which product is bought together with which: counted for every pair of product numbers. */
public final class Recommendations {
    private static final int HIGHEST_NUMBER = 1_800;

    private final int[][] together = new int[HIGHEST_NUMBER + 1][HIGHEST_NUMBER + 1];

    /** Counts one order's pairs. */
    Recommendations learn(int[] order) {
        for (int one : order) {
            for (int other : order) {
                together[one][other] += one == other ? 0 : 1;
            }
        }
        return this;
    }

    /** The product most often bought together with that one; 0 when there is none. */
    int with(int product) {
        int best = 0;
        for (int other = 1; other <= HIGHEST_NUMBER; other++) {
            if (together[product][other] > together[product][best]) {
                best = other;
            }
        }
        return best;
    }

    /** Reads the catalogue and the orders, and writes what goes with what. */
    public static void main(String[] args) throws IOException {
        var catalogue = Catalogue.read(Path.of(args[0]));
        var recommendations = new Recommendations();
        for (String line : Files.readAllLines(Path.of(args[1]))) {
            recommendations.learn(
                    java.util.Arrays.stream(line.split(" ")).mapToInt(Integer::parseInt).toArray());
        }
        var lines = new ArrayList<String>();
        for (var product : catalogue.products()) {
            lines.add(product.number() + ";" + recommendations.with(product.number()));
        }
        Files.write(Path.of(args[2]), lines);
    }
}
