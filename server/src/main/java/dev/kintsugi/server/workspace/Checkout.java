package dev.kintsugi.server.workspace;

import dev.kintsugi.client.secret.Redactor;
import java.nio.file.Path;

/** The files of one attempt. Closing deletes them, unless they are kept. */
public interface Checkout extends AutoCloseable {
    /** Most that an attempt may leave behind, in bytes of files it wrote. */
    long MAX_RESULT_BYTES = 512L << 20;

    /** The folder to work in. */
    Path path();

    /** What processes in it have to be able to read, so that git works there; never to write. */
    Path repository();

    /** How long fetching and checking out took. */
    long checkoutMillis();

    /**
     * Sends everything the attempt left behind to the server, except folders named in {@code
     * cache}. Repositories inside the checkout become plain files.
     *
     * @param secrets knows the values that may not be in any file that is not ignored
     * @return the result commit
     * @throws WorkspaceException when it is more than {@link #MAX_RESULT_BYTES}, reveals a secret,
     *     the lease is stale or git fails
     */
    String capture(Redactor secrets) throws InterruptedException;

    /** Says that the attempt succeeded: {@link #close()} may give its warm folders back. */
    void pass();

    /** Keeps the files after {@link #close()}, for people to look at; without warm folders. */
    void keep();

    @Override
    void close();
}
