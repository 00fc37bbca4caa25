package dev.kintsugi.server.workspace.sandbox;

/** A sandbox cannot give what is asked of it; the message says what to change. */
public final class SandboxException extends RuntimeException {
    public SandboxException(String message) {
        super(message);
    }
}
