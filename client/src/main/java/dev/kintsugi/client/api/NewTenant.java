package dev.kintsugi.client.api;

/**
 * A tenant just made.
 *
 * @param tenant its name
 * @param apiKey its key; the server keeps only a hash and cannot show it again
 */
public record NewTenant(String tenant, String apiKey) {
    /** Says who, never the key. */
    @Override
    public String toString() {
        return "NewTenant[tenant=" + tenant + "]";
    }
}
