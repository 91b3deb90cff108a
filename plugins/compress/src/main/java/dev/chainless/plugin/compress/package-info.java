/**
 * Sends responses in a content coding that the client accepts: Brotli, Zstandard or gzip (RFC 9110, section 8.4.1).
 *
 * <p>{@link dev.chainless.plugin.compress.CompressStage} decides when the head is about to be written.
 * {@link dev.chainless.plugin.compress.Response} says whether a response may be compressed at all, which does not depend
 * on who asks: such a response varies by {@code Accept-Encoding}.
 * {@link dev.chainless.plugin.compress.AcceptEncoding} says what the client takes. The head then becomes that of another
 * representation: no length, no ranges, no digests, and a weak validator.
 *
 * <p>A {@link dev.chainless.plugin.compress.Compression} has the state of one exchange. It holds back what makes no good
 * piece yet, and passes it on when its source pauses, so that an event that comes alone reaches the client at once.
 * {@link dev.chainless.plugin.compress.Coders} bounds how many there are at once on a loop; past that, responses go as
 * they are. Work is done on the loop in pieces of 64 KiB at most.
 *
 * <p>Brotli and Zstandard are native libraries. {@link dev.chainless.plugin.compress.Coding} finds out whether they may
 * and can be used.
 */
package dev.chainless.plugin.compress;
