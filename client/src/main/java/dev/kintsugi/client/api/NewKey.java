package dev.kintsugi.client.api;

/**
 * A key just made.
 *
 * @param apiKey the key; the server keeps only a hash and cannot show it again
 */
public record NewKey(String tenant, String label, String apiKey) {
    /** Says whose, never the key. */
    @Override
    public String toString() {
        return "NewKey[tenant=" + tenant + ", label=" + label + "]";
    }
}
