package dev.kintsugi.server.platform.memory;

import dev.kintsugi.server.platform.Blobs;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** Content by hash in memory. */
public final class MemoryBlobs implements Blobs {
    private final Map<String, byte[]> contents = new ConcurrentHashMap<>();

    @Override
    public String put(String tenant, byte[] content) {
        try {
            var digest = MessageDigest.getInstance("SHA-256").digest(content);
            var hash = HexFormat.of().formatHex(digest);
            contents.putIfAbsent(tenant + "/" + hash, content.clone());
            return hash;
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java runtime has SHA-256", e);
        }
    }

    @Override
    public Optional<byte[]> get(String tenant, String hash) {
        return Optional.ofNullable(contents.get(tenant + "/" + hash)).map(byte[]::clone);
    }
}
