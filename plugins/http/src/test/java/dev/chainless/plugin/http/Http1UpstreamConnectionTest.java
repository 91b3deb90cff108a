package dev.chainless.plugin.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.chainless.spi.http.Attempt;
import dev.chainless.spi.http.Head;
import io.netty.buffer.Unpooled;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class Http1UpstreamConnectionTest {
    private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

    private Endpoint endpoint = new Endpoint();

    @AfterEach
    void finish() {
        endpoint.finish();
    }

    private void data(Attempt attempt, String text) {
        endpoint.connection.data(attempt, Unpooled.copiedBuffer(text, StandardCharsets.ISO_8859_1));
    }

    @Test
    void sendsInOneWriteAndIsReusable() {
        endpoint.get();
        assertEquals(1, endpoint.channel.outboundMessages().size());
        assertEquals("GET /a HTTP/1.1|host: example.org||", endpoint.received());
        assertFalse(endpoint.connection.isReusable());
        endpoint.answer(OK);
        assertEquals("ok", endpoint.body.toString());
        assertEquals(List.of("response 200 2", "end", "idle"), endpoint.events());
        assertTrue(endpoint.connection.isReusable());
        endpoint.get();
        endpoint.received();
        endpoint.answer("HTTP/1.1 204 No Con", "tent\r\n\r\n");
        assertEquals(List.of("response 204 0", "end", "idle"), endpoint.events());
    }

    @Test
    void sendsASmallBodyWithItsHead() {
        Attempt attempt = endpoint.attempt("POST", 4);
        endpoint.connection.send(attempt);
        data(attempt, "abcd");
        endpoint.connection.end(attempt, null);
        assertEquals(1, endpoint.channel.outboundMessages().size());
        String request = endpoint.received();
        assertTrue(request.endsWith("||abcd"), request);
        assertTrue(request.toLowerCase(Locale.ROOT).contains("|content-length: 4|"), request);
    }

    @Test
    void sendsBodiesOfUnknownLengthInChunks() {
        Attempt attempt = endpoint.attempt("POST", Head.UNKNOWN_LENGTH);
        endpoint.connection.send(attempt);
        data(attempt, "abcd");
        data(attempt, "e".repeat(17_000));
        endpoint.connection.end(attempt, null);
        String request = endpoint.received();
        assertTrue(request.toLowerCase(Locale.ROOT).contains("|transfer-encoding: chunked|"), request);
        assertTrue(request.endsWith("||4|abcd|4268|" + "e".repeat(17_000) + "|0||"), request);
    }

    @Test
    void closesAfterARequestThatFallsShort() {
        Attempt attempt = endpoint.attempt("POST", 4);
        endpoint.connection.send(attempt);
        data(attempt, "ab");
        endpoint.connection.end(attempt, null);
        assertFalse(endpoint.channel.isOpen());
        endpoint.received();
    }

    @Test
    void readsChunkedBodies() {
        endpoint.get();
        endpoint.answer("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n",
                "2\r\nde\r\n0\r\nx: y\r\n\r\n");
        assertEquals("abcde", endpoint.body.toString());
        assertEquals(List.of("response 200 -1", "read complete", "end with trailers", "idle"), endpoint.events());
    }

    @Test
    void readsBodiesUpToTheClose() {
        endpoint.get();
        endpoint.answer("HTTP/1.0 200 OK\r\n\r\nab", "cd");
        endpoint.channel.close();
        assertEquals("abcd", endpoint.body.toString());
        assertEquals(List.of("response 200 -1", "read complete", "read complete", "end", "closed"), endpoint.events());
    }

    @Test
    void doesNotTakeAResetForTheEndOfABody() {
        endpoint.get();
        endpoint.answer("HTTP/1.0 200 OK\r\n\r\nab");
        endpoint.channel.pipeline().fireExceptionCaught(new IOException("Connection reset by peer"));
        assertEquals(List.of("response 200 -1", "read complete", "failed", "closed"), endpoint.events());
    }

    @Test
    void reportsBodiesThatBreakOff() {
        endpoint.get();
        endpoint.answer("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nab");
        endpoint.channel.close();
        assertEquals(List.of("response 200 10", "read complete", "failed", "closed"), endpoint.events());
    }

    @Test
    void passesInformationalResponses() {
        endpoint.get();
        endpoint.answer("HTTP/1.1 103 Early Hints\r\nLink: a\r\n\r\nHTTP/1.1 102 Processing\r\n\r\n" + OK);
        assertEquals(List.of("informational 103", "informational 102", "response 200 2", "end", "idle"),
                endpoint.events());
    }

    @Test
    void boundsInformationalResponses() {
        endpoint.get();
        endpoint.answer("HTTP/1.1 103 Early Hints\r\n\r\n".repeat(4));
        assertEquals(List.of("informational 103", "informational 103", "informational 103", "failed", "closed"),
                endpoint.events());
    }

    @Test
    void deliversAnEarlyResponseAndCloses() {
        Attempt attempt = endpoint.attempt("POST", 100);
        endpoint.connection.send(attempt);
        endpoint.connection.flush(attempt);
        endpoint.answer("HTTP/1.1 413 Content Too Large\r\nContent-Length: 0\r\n\r\n");
        assertEquals(List.of("response 413 0", "end", "closed"), endpoint.events());
        data(attempt, "dropped");
        endpoint.received();
    }

    @Test
    void closesWhenTheEndpointSaysSo() {
        endpoint.get();
        endpoint.answer(OK.replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n"));
        assertEquals(List.of("response 200 2", "end", "closed"), endpoint.events());
    }

    @Test
    void closesIdleConnectionsOnWhichSomethingComes() {
        endpoint.get();
        endpoint.answer(OK, "HTTP/1.1 408 Request Timeout\r\n\r\n");
        assertEquals(List.of("response 200 2", "end", "idle", "closed"), endpoint.events());
        assertFalse(endpoint.connection.isReusable());
    }

    @Test
    void isNotReusableAfterMoreThanTheResponse() {
        endpoint.get();
        endpoint.answer(OK + "HTTP/1.1 200 OK\r\n");
        assertEquals(List.of("response 200 2", "end", "closed"), endpoint.events());
    }

    @Test
    void failsOnWhatIsNoResponse() {
        endpoint.get();
        endpoint.answer("SSH-2.0-OpenSSH\r\n");
        assertTrue(endpoint.events().contains("failed"));
        assertFalse(endpoint.channel.isOpen());
    }

    @Test
    void saysWhetherTheEndpointHasSeenTheRequest() {
        endpoint.get();
        endpoint.channel.close();
        assertEquals(List.of("failed", "closed"), endpoint.events());
        endpoint.received();
        endpoint = new Endpoint();
        endpoint.connection.send(endpoint.attempt("GET", 0));
        endpoint.channel.close();
        assertEquals(List.of("failed untouched", "closed"), endpoint.events());
        endpoint = new Endpoint();
        endpoint.channel.close();
        endpoint.get();
        endpoint.channel.runPendingTasks();
        assertEquals(List.of("closed", "failed untouched"), endpoint.events());
    }

    @Test
    void tunnelsAfterAnUpgrade() {
        Attempt attempt = endpoint.attempt("GET", 0, "upgrade", "websocket");
        attempt.request().upgrade(true);
        endpoint.connection.send(attempt);
        endpoint.connection.flush(attempt);
        String request = endpoint.received().toLowerCase(Locale.ROOT);
        assertTrue(request.contains("|connection: upgrade|"), request);
        endpoint.answer("HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\nhello");
        assertEquals("hello", endpoint.body.toString());
        data(attempt, "ping");
        endpoint.connection.flush(attempt);
        assertEquals("ping", endpoint.received());
        endpoint.answer("pong");
        assertEquals("hellopong", endpoint.body.toString());
        endpoint.events();
        endpoint.channel.pipeline().fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE);
        assertEquals(List.of("end", "closed"), endpoint.events());
    }

    @Test
    void isReusableAfterARefusedUpgrade() {
        Attempt attempt = endpoint.attempt("GET", 0, "upgrade", "websocket");
        attempt.request().upgrade(true);
        endpoint.connection.send(attempt);
        endpoint.connection.flush(attempt);
        endpoint.onResponse = () -> endpoint.connection.end(attempt, null);
        endpoint.answer(OK);
        assertEquals(List.of("response 200 2", "end", "idle"), endpoint.events());
        endpoint.received();
    }

    @Test
    void forgetsAnAttemptThatIsGivenUp() {
        Attempt attempt = endpoint.get();
        endpoint.onResponse = () -> endpoint.connection.cancel(attempt);
        endpoint.answer(OK);
        assertEquals(List.of("response 200 2", "closed"), endpoint.events());
        assertEquals("", endpoint.body.toString());
        endpoint.received();
    }

    @Test
    void pausesAndIsAskedToReadAgainWhenIdle() {
        Attempt attempt = endpoint.get();
        endpoint.onResponse = () -> endpoint.connection.read(attempt, false);
        endpoint.answer("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\no");
        assertFalse(endpoint.channel.config().isAutoRead());
        endpoint.answer("k");
        assertTrue(endpoint.channel.config().isAutoRead());
        endpoint.received();
    }

    @Test
    void tellsTheClientsAddressFirstAndUsesAConnectionOnce() {
        endpoint = new Endpoint(HttpUpstreamConfig.ProxyProtocol.V1);
        endpoint.get();
        String request = endpoint.received();
        assertTrue(request.startsWith("PROXY TCP4 192.0.2.7 192.0.2.1 5555 80|GET /a "), request);
        endpoint.answer(OK);
        assertEquals(List.of("response 200 2", "end", "closed"), endpoint.events());
    }

    @Test
    void livesOnAnotherLoopAfterAMove() {
        Endpoint other = new Endpoint();
        endpoint.connection.moved(1, other);
        endpoint.get();
        endpoint.answer(OK);
        assertEquals(List.of(), endpoint.events());
        assertEquals(List.of("response 200 2", "end", "idle"), other.events());
        endpoint.received();
        other.finish();
    }
}
