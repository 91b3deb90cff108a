package dev.chainless.host;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

final class RetryTokensTest {
    private static final InetSocketAddress CLIENT = new InetSocketAddress("127.0.0.1", 4000);
    private static final long SECOND = 1_000_000_000L;

    private final AtomicLong clock = new AtomicLong(Long.MAX_VALUE - SECOND);
    private final RetryTokens tokens = new RetryTokens(Duration.ofSeconds(10), clock::get);

    private ByteBuf token() {
        ByteBuf token = Unpooled.buffer();
        tokens.write(token, Unpooled.wrappedBuffer(new byte[] {1, 2, 3, 4, 5, 6, 7, 8}), CLIENT);
        return token;
    }

    @Test
    void whoComesBackIsLetIn() {
        ByteBuf token = token();
        int offset = tokens.check(token, CLIENT);
        assertEquals(8, token.readableBytes() - offset);
        assertEquals(1, token.getByte(offset));
        assertTrue(token.readableBytes() <= RetryTokens.MOST_LENGTH);
    }

    @Test
    void anotherAddressIsNot() {
        ByteBuf token = token();
        assertEquals(-1, tokens.check(token, new InetSocketAddress("127.0.0.1", 4001)));
        assertEquals(-1, tokens.check(token, new InetSocketAddress("127.0.0.2", 4000)));
        assertEquals(-1, tokens.check(token, new InetSocketAddress("::1", 4000)));
    }

    @Test
    void noBitMayBeChanged() {
        ByteBuf token = token();
        for (int i = 0; i < 8 * token.readableBytes(); i++) {
            ByteBuf forged = token.copy();
            forged.setByte(i / 8, forged.getByte(i / 8) ^ 1 << i % 8);
            assertEquals(-1, tokens.check(forged, CLIENT));
        }
        for (int length = 0; length < token.readableBytes(); length++) {
            assertEquals(-1, tokens.check(token.slice(0, length), CLIENT));
        }
        assertEquals(-1, tokens.check(Unpooled.buffer().writeZero(100), CLIENT));
    }

    @Test
    void aTokenOfAnotherGatewayIsNone() {
        assertEquals(-1, new RetryTokens(Duration.ofSeconds(10), clock::get).check(token(), CLIENT));
    }

    @Test
    void itExpiresAlsoWhereTheClockRunsOver() {
        ByteBuf token = token();
        clock.addAndGet(10 * SECOND);
        assertTrue(tokens.check(token, CLIENT) > 0);
        clock.addAndGet(1);
        assertEquals(-1, tokens.check(token, CLIENT));
    }

    @Test
    void theKeyBeforeStillOpens() {
        clock.addAndGet(15 * SECOND);
        ByteBuf token = token();
        clock.addAndGet(9 * SECOND);
        assertTrue(tokens.check(token(), CLIENT) > 0);
        assertTrue(tokens.check(token, CLIENT) > 0);
    }
}
