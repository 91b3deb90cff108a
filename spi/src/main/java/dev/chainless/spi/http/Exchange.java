package dev.chainless.spi.http;

import dev.chainless.spi.Slot;
import io.netty.buffer.ByteBuf;
import java.net.InetAddress;
import java.time.Duration;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A client's request and its response. Recycled: nothing of it may be kept or touched after
 * {@link HttpStage#complete}, nor on another thread than its loop's; what decides later goes through
 * {@link #suspend}.
 */
public final class Exchange {
    private static final Object[] NO_VALUES = {};

    private final ExchangeHost host;
    private final Head request = new Head();
    private final Head reply = new Head();
    private final Attempt attempt = new Attempt(this);
    private @Nullable Connection connection;
    private @Nullable InetAddress client;
    private @Nullable Head response;
    private @Nullable Principal principal;
    private @Nullable Object[] values = NO_VALUES;
    private byte[] requestId = new byte[32];
    private int requestIdLength;
    private String route = "";
    private String cluster = "";
    private long startNanos;
    private long responseNanos;
    private long receivedBytes;
    private long sentBytes;
    private boolean local;
    private String detail = "";

    /**
     * Makes an exchange that can be recycled. For hosts.
     *
     * @param host runs it
     */
    public Exchange(ExchangeHost host) {
        this.host = host;
    }

    // ---- for stages

    /** {@return the client's request; edits are seen by later stages and by the upstream} */
    public Head request() {
        return request;
    }

    /**
     * {@return the response that is about to be written, or was}
     *
     * @throws IllegalStateException before there is one
     */
    public Head response() {
        if (response == null) {
            throw new IllegalStateException("there is no response yet");
        }
        return response;
    }

    /** {@return whether there is a response yet} */
    public boolean hasResponse() {
        return response != null;
    }

    /** {@return whether the response is the gateway's or a stage's own and not an upstream's} */
    public boolean isLocalReply() {
        return local;
    }

    /** {@return the current or last try; its number is 0 before the first} */
    public Attempt attempt() {
        return attempt;
    }

    /** {@return the client's connection} */
    public Connection connection() {
        return Objects.requireNonNull(connection);
    }

    /** {@return the index of the loop that the exchange lives on} */
    public int loop() {
        return connection().loop();
    }

    /** {@return the client's address: the peer's, or what hops that the listener trusts have said} */
    public InetAddress client() {
        return Objects.requireNonNull(client);
    }

    /** {@return who the client is, null before an authenticator said so} */
    public @Nullable Principal principal() {
        return principal;
    }

    /**
     * Says who the client is. For authenticators.
     *
     * @param principal the subject
     */
    public void principal(Principal principal) {
        this.principal = principal;
    }

    /** {@return the name of the route, empty if none matched} */
    public String route() {
        return route;
    }

    /** {@return the name of the cluster that was asked, empty if none} */
    public String cluster() {
        return cluster;
    }

    /** {@return the request's id, empty if it has none} */
    public String requestId() {
        return new String(requestId, 0, requestIdLength, java.nio.charset.StandardCharsets.ISO_8859_1);
    }

    /** {@return when the request's head was complete, in {@link System#nanoTime()}'s terms} */
    public long startNanos() {
        return startNanos;
    }

    /** {@return when the response's head was written, likewise; 0 before} */
    public long responseNanos() {
        return responseNanos;
    }

    /** {@return the bytes of the request's body that have come} */
    public long receivedBytes() {
        return receivedBytes;
    }

    /** {@return the bytes of the response's body that were written} */
    public long sentBytes() {
        return sentBytes;
    }

    /** {@return why the gateway itself answered, or broke off, in a few words; empty if it did not} */
    public String detail() {
        return detail;
    }

    /**
     * {@return the exchange's value in a slot, null before it was put}
     *
     * @param slot reserved by {@link dev.chainless.spi.PluginContext#slot}
     * @param <T> the type of the value
     */
    public <T> @Nullable T get(Slot<T> slot) {
        return slot.index() < values.length ? slot.type().cast(values[slot.index()]) : null;
    }

    /**
     * Puts a value into a slot.
     *
     * @param slot reserved by {@link dev.chainless.spi.PluginContext#slot}
     * @param value kept until the exchange ends
     * @param <T> the type of the value
     */
    public <T> void put(Slot<T> slot, T value) {
        if (slot.index() >= values.length) {
            values = Arrays.copyOf(values, slot.index() + 4);
        }
        values[slot.index()] = value;
    }

    /**
     * Answers without a body.
     *
     * @param status 200 to 599
     * @return what the stage returns; before, it may add fields to {@link #response()}
     */
    public Verdict respond(int status) {
        return respond(status, null, null);
    }

    /**
     * Answers. In a response filter it replaces the response, and the filter returns {@link Verdict#CONTINUE}.
     *
     * @param status 200 to 599
     * @param contentType of the body, null without one
     * @param body ownership goes with it; null for none
     * @return what the stage returns; before, it may add fields to {@link #response()}
     */
    public Verdict respond(int status, @Nullable FieldLine contentType, @Nullable ByteBuf body) {
        reply.clear();
        reply.status(status);
        int length = body == null ? 0 : body.readableBytes();
        reply.contentLength(length);
        if (status != 204 && status != 304) {
            reply.add(FieldName.CONTENT_LENGTH, Integer.toString(length));
        }
        if (contentType != null) {
            reply.add(contentType);
        }
        response = reply;
        local = true;
        host.respond(body);
        return Verdict.RESPONDED;
    }

    /**
     * Lets the current head stage decide later.
     *
     * @param deadline how long at most; past it the client gets 504, unless the stage fails open
     * @param onCancel runs once on the loop if the client goes away or the deadline passes first
     * @return resumed at most once, from any thread
     */
    public Suspension suspend(Duration deadline, Runnable onCancel) {
        return host.suspend(deadline, onCancel);
    }

    // ---- for codecs and hosts

    /** {@return who runs this exchange} */
    public ExchangeHost host() {
        return host;
    }

    /**
     * Binds the exchange to a connection. For codecs, before the head is delivered.
     *
     * @param connection of the client
     * @param client its address, the peer's unless a trusted hop said otherwise
     */
    public void connection(Connection connection, InetAddress client) {
        this.connection = connection;
        this.client = client;
    }

    /**
     * Sets the request's id. For codecs.
     *
     * @param bytes holds it
     * @param offset of its first byte
     * @param length in bytes
     */
    public void requestId(byte[] bytes, int offset, int length) {
        if (requestId.length < length) {
            requestId = new byte[length];
        }
        System.arraycopy(bytes, offset, requestId, 0, length);
        requestIdLength = length;
    }

    /**
     * Sets a field to the request's id, without making a {@code String} of it. For codecs.
     *
     * @param head gets the field
     * @param field its name
     */
    public void setRequestId(Head head, FieldName field) {
        head.remove(field);
        head.add(field, requestId, requestIdLength);
    }

    /**
     * Sets what answers. For hosts.
     *
     * @param head the response's
     */
    public void response(Head head) {
        response = head;
        local = head == reply;
    }

    /**
     * Sets where the request goes. For hosts.
     *
     * @param route the name of the route
     * @param cluster the name of the cluster
     */
    public void routed(String route, String cluster) {
        this.route = route;
        this.cluster = cluster;
    }

    /**
     * Sets when the head was complete. For hosts.
     *
     * @param nanos in {@link System#nanoTime()}'s terms
     */
    public void started(long nanos) {
        startNanos = nanos;
    }

    /**
     * Sets when the response's head was written. For hosts.
     *
     * @param nanos in {@link System#nanoTime()}'s terms
     */
    public void responded(long nanos) {
        responseNanos = nanos;
    }

    /**
     * Counts bytes of the request's body. For hosts.
     *
     * @param bytes that have come
     */
    public void received(int bytes) {
        receivedBytes += bytes;
    }

    /**
     * Counts bytes of the response's body. For hosts.
     *
     * @param bytes that were written
     */
    public void sent(int bytes) {
        sentBytes += bytes;
    }

    /**
     * Says why the gateway itself answers or breaks off. For hosts and codecs.
     *
     * @param detail a few words, without anything that the client sent
     */
    public void detail(String detail) {
        this.detail = detail;
    }

    /**
     * {@return the value in a slot's place} For hosts, which close it.
     *
     * @param index of the slot
     */
    public @Nullable Object valueAt(int index) {
        return index < values.length ? values[index] : null;
    }

    /** {@return the number of slots' places, some of which may be empty} For hosts. */
    public int places() {
        return values.length;
    }

    /**
     * Makes this exchange, a new one, a copy of another, which a host can hand to another thread: heads, attempt, and all
     * else that a stage may read. The values in slots are the same objects. For hosts, on the loop of the other.
     *
     * @param other is not changed
     */
    public void copyFrom(Exchange other) {
        request.copyFrom(other.request);
        attempt.copyFrom(other.attempt);
        connection = other.connection;
        client = other.client;
        local = other.local;
        response = copyOf(other.response, other);
        principal = other.principal;
        values = other.values.clone();
        requestId(other.requestId, 0, other.requestIdLength);
        route = other.route;
        cluster = other.cluster;
        startNanos = other.startNanos;
        responseNanos = other.responseNanos;
        receivedBytes = other.receivedBytes;
        sentBytes = other.sentBytes;
        detail = other.detail;
    }

    private @Nullable Head copyOf(@Nullable Head answer, Exchange other) {
        if (answer == null || answer == other.attempt.response()) {
            return answer == null ? null : attempt.response();
        }
        Head copy = local ? reply : new Head();
        copy.copyFrom(answer);
        return copy;
    }

    /**
     * Takes over what a stage may have changed in a copy: heads, principal and detail. Both have a response or neither
     * has. For hosts, on the loop.
     *
     * @param copy made by {@link #copyFrom}
     */
    public void takeEdits(Exchange copy) {
        request.copyFrom(copy.request);
        attempt.takeEdits(copy.attempt);
        if (response != null && copy.response != null) {
            response.copyFrom(copy.response);
        }
        principal = copy.principal;
        detail = copy.detail;
    }

    /** Forgets the values in all slots. For hosts, when the stages that put them there go before the exchange does. */
    public void dropValues() {
        values = NO_VALUES;
    }

    /** Makes the exchange ready for its next request. For hosts. */
    public void clear() {
        request.clear();
        attempt.clear();
        connection = null;
        client = null;
        response = null;
        principal = null;
        if (values.length > 0) {
            Arrays.fill(values, null);
        }
        requestIdLength = 0;
        route = "";
        cluster = "";
        startNanos = 0;
        responseNanos = 0;
        receivedBytes = 0;
        sentBytes = 0;
        local = false;
        detail = "";
    }
}
