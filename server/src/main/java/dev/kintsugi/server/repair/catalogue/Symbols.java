package dev.kintsugi.server.repair.catalogue;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Names of standard libraries and where they come from. A name that several packages share is in no
 * table: guessing wrong would cost an attempt.
 */
final class Symbols {
    private final Map<String, String> homes;

    private Symbols(Map<String, String> homes) {
        this.homes = homes;
    }

    /**
     * Reads a table of lines {@code home: name name ...}.
     *
     * @throws CatalogueException when it is missing or a line is none
     */
    static Symbols of(String language) {
        String resource = "/catalogue/symbols/" + language + ".txt";
        try (InputStream in = Symbols.class.getResourceAsStream(resource)) {
            if (in == null) {
                throw new CatalogueException(resource, "there is no such table");
            }
            return read(resource, new String(in.readAllBytes(), UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(resource, e);
        }
    }

    static Symbols read(String where, String text) {
        var homes = new TreeMap<String, String>();
        for (String line : text.split("\n", -1)) {
            if (line.isBlank() || line.startsWith("#")) {
                continue;
            }
            int colon = line.indexOf(": ");
            if (colon < 1) {
                throw new CatalogueException(where, "no \"home: names\": " + line);
            }
            for (String name : line.substring(colon + 2).split(" ", -1)) {
                if (homes.put(name, line.substring(0, colon)) != null) {
                    throw new CatalogueException(where, "ambiguous: " + name);
                }
            }
        }
        return new Symbols(homes);
    }

    /** The package or module of a name. */
    Optional<String> home(String name) {
        return Optional.ofNullable(homes.get(name));
    }
}
