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

/** An exchange that no gateway runs: it is filled by hand, and what a stage answers is kept. */
public final class FakeExchange implements ExchangeHost {
    private final Exchange exchange = new Exchange(this);
    private ByteBuf body;

    /** {@return a request from 192.0.2.1 to example.org on loop 0} */
    public static FakeExchange of(String method, String target) {
        var fake = new FakeExchange();
        fake.exchange.request().method(method);
        fake.exchange.request().target(target);
        fake.exchange.request().authority("example.org");
        fake.exchange.routed("test", "");
        return fake.from("192.0.2.1", 0);
    }

    /** Says where the request comes from. */
    public FakeExchange from(String address, int loop) {
        InetAddress client = InetAddress.ofLiteral(address);
        var here = new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 8080);
        // No loop runs here: a stage that asks for it is not for this fixture.
        exchange.connection(
                new Connection("web", loop, null, new InetSocketAddress(client, 40000), here, false), client);
        return this;
    }

    /** Adds a field to the request. */
    public FakeExchange with(String field, String value) {
        exchange.request().add(FieldName.of(field), value);
        return this;
    }

    /** Lets an upstream answer, with names and values of fields in turn. */
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
    public String requestField(String name) {
        return exchange.request().getAll(FieldName.of(name));
    }

    /** {@return the value of the response's fields of that name, null if there is none} */
    public String responseField(String name) {
        return exchange.response().getAll(FieldName.of(name));
    }

    /** {@return the body of a local reply, empty if there was none; it can be read once} */
    public String takeBody() {
        if (body == null) {
            return "";
        }
        String text = body.toString(StandardCharsets.UTF_8);
        body.release();
        body = null;
        return text;
    }

    @Override
    public void respond(ByteBuf replyBody) {
        if (body != null) {
            body.release();
        }
        body = replyBody;
    }

    @Override
    public Suspension suspend(Duration deadline, Runnable onCancel) {
        throw new UnsupportedOperationException("no loop runs here");
    }
}
