package dev.chainless.plugin.digest;

import dev.chainless.spi.http.FieldName;
import dev.chainless.spi.http.Head;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/** The digest of one exchange's content so far. Goes back to its pool when the exchange ends, however it does. */
final class RunningDigest implements AutoCloseable {
    private static final FieldName CONTENT_DIGEST = FieldName.of("content-digest");

    private final DigestPool pool;
    private final MessageDigest sha256;
    private final Head trailers = new Head();

    RunningDigest(DigestPool pool) {
        this.pool = pool;
        try {
            this.sha256 = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java platform has SHA-256", e);
        }
    }

    void update(byte[] bytes, int offset, int length) {
        sha256.update(bytes, offset, length);
    }

    /**
     * {@return the trailers with the digest; valid until the exchange ends}
     *
     * @param others what else is sent behind the content; another digest in it is replaced, for it need not be the one
     *     of what the client got
     */
    Head end(@Nullable Head others) {
        if (others != null) {
            trailers.copyFrom(others);
            trailers.remove(CONTENT_DIGEST);
        }
        byte[] value = ("sha-256=:" + Base64.getEncoder().encodeToString(sha256.digest()) + ":")
                .getBytes(StandardCharsets.US_ASCII);
        trailers.add(CONTENT_DIGEST, value, value.length);
        return trailers;
    }

    @Override
    public void close() {
        sha256.reset();
        trailers.clear();
        pool.give(this);
    }
}
