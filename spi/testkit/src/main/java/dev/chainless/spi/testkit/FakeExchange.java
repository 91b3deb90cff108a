package dev.chainless.spi.testkit;

import dev.chainless.spi.http.Connection;
import dev.chainless.spi.http.Exchange;
import dev.chainless.spi.http.ExchangeHost;
import dev.chainless.spi.http.FieldName;
import dev.chainless.spi.http.Head;
import dev.chainless.spi.http.Suspension;
import io.netty.buffer.ByteBuf;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * An exchange that no gateway runs: it is filled by hand, and what a stage answers is kept. Stages can be called with its
 * {@link #exchange} directly; {@link StageRun} calls them as a gateway would.
 */
public final class FakeExchange implements ExchangeHost {
    private final FakeContext context;
    private final Exchange exchange = new Exchange(this);
    private @Nullable FakeSuspension suspension;
    private @Nullable ByteBuf body;

    FakeExchange(FakeContext context, String method, String target) {
        this.context = context;
        exchange.request().method(method);
        exchange.request().target(target);
        exchange.request().authority("example.org");
        exchange.routed("test", "");
        exchange.started(context.nanoTime());
        from("192.0.2.1", 0);
    }

    /**
     * {@return a request from 192.0.2.1 to example.org on loop 0, with a clock of its own}
     *
     * @param method such as {@code GET}
     * @param target path and query
     * @see FakeContext#exchange
     */
    public static FakeExchange of(String method, String target) {
        return new FakeContext("test", 1).exchange(method, target);
    }

    /**
     * Says where the request comes from.
     *
     * @param address of the client
     * @param loop that it lives on
     * @return this
     */
    public FakeExchange from(String address, int loop) {
        InetAddress client = InetAddress.ofLiteral(address);
        var here = new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 8080);
        exchange.connection(new Connection("web", loop, context.eventLoop(loop),
                new InetSocketAddress(client, 40000), here, null), client);
        return this;
    }

    /**
     * Adds a field to the request.
     *
     * @param field its name
     * @param value its value
     * @return this
     */
    public FakeExchange with(String field, String value) {
        exchange.request().add(FieldName.of(field), value);
        return this;
    }

    /**
     * Lets an upstream answer.
     *
     * @param status of the response
     * @param fields names and values in turn
     * @return this
     */
    public FakeExchange answered(int status, String... fields) {
        Head head = exchange.attempt().response();
        head.clear();
        head.status(status);
        for (int i = 0; i < fields.length; i += 2) {
            head.add(FieldName.of(fields[i]), fields[i + 1]);
        }
        exchange.response(head);
        return this;
    }

    /** {@return the exchange} */
    public Exchange exchange() {
        return exchange;
    }

    /** {@return the value of the request's fields of that name, null if there is none} */
    public @Nullable String requestField(String name) {
        return exchange.request().getAll(FieldName.of(name));
    }

    /** {@return the value of the response's fields of that name, null if there is none} */
    public @Nullable String responseField(String name) {
        return exchange.response().getAll(FieldName.of(name));
    }

    /** {@return the body of a local reply, empty if there was none; it can be read once} */
    public String takeBody() {
        ByteBuf reply = body;
        if (reply == null) {
            return "";
        }
        String text = reply.toString(StandardCharsets.UTF_8);
        dropBody();
        return text;
    }

    @Override
    public void respond(@Nullable ByteBuf replyBody) {
        dropBody();
        body = replyBody;
    }

    @Override
    public Suspension suspend(Duration deadline, Runnable onCancel) {
        if (suspension != null) {
            throw new IllegalStateException("the exchange is suspended already");
        }
        suspension = new FakeSuspension(context, deadline, onCancel);
        return suspension;
    }

    FakeContext context() {
        return context;
    }

    /** {@return what the current head stage waits for, null if for nothing} */
    @Nullable FakeSuspension suspension() {
        return suspension;
    }

    /** Forgets what the stage waited for; if nothing was decided, the stage is told. */
    void dropSuspension() {
        FakeSuspension dropped = suspension;
        suspension = null;
        if (dropped != null) {
            dropped.cancel();
        }
    }

    void dropBody() {
        ByteBuf dropped = body;
        body = null;
        if (dropped != null) {
            dropped.release();
        }
    }
}
