package dev.kintsugi.server.repair.catalogue;

/** An entry of the catalogue is wrong; says in which file and entry, and what. */
public final class CatalogueException extends RuntimeException {
    CatalogueException(String where, String problem) {
        super(where + ": " + problem);
    }

    CatalogueException(String where, String problem, Throwable cause) {
        super(where + ": " + problem, cause);
    }
}
