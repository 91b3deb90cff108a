package dev.chainless.plugin.accesslog;

import dev.chainless.spi.Endpoint;
import dev.chainless.spi.http.Exchange;
import dev.chainless.spi.http.FieldName;
import dev.chainless.spi.http.Head;
import dev.chainless.spi.http.Principal;
import dev.chainless.spi.http.TlsSession;
import org.jspecify.annotations.Nullable;

/**
 * An object of JSON for each exchange. What an exchange does not have is left out.
 *
 * @param maxField how much of a value is written, in bytes
 */
record JsonLayout(int maxField) implements Layout {

    @Override
    public void write(Exchange exchange, Clocks.Times times, Desk desk) {
        Line line = desk.line();
        Head request = exchange.request();
        line.ascii("{\"time\":\"").ascii(desk.seconds().iso(times.startMillis())).ascii('.')
                .digits(times.startMillis() % 1000, 3).ascii("Z\"");
        line.ascii(",\"client\":\"").ascii(desk.addresses().text(exchange.client())).ascii('"');
        text(line, ",\"listener\":", exchange.connection().listener());
        text(line, ",\"route\":", exchange.route());
        text(line, ",\"method\":", request.method());
        line.ascii(",\"scheme\":").ascii(request.secure() ? "\"https\"" : "\"http\"");
        bytes(line, ",\"host\":", request.authorityBytes(), request.authorityOffset(), request.authorityLength());
        bytes(line, ",\"target\":", request.targetBytes(), request.targetOffset(), request.targetLength());
        line.ascii(",\"version\":\"").ascii(Layout.version(request.version())).ascii('"');
        line.ascii(",\"status\":").number(Layout.status(exchange));
        line.ascii(",\"received\":").number(exchange.receivedBytes());
        line.ascii(",\"sent\":").number(exchange.sentBytes());
        line.ascii(",\"first_byte_ms\":").thousandths(times.firstByteMicros());
        line.ascii(",\"duration_ms\":").thousandths(times.totalMicros());
        upstream(line, exchange);
        Principal principal = exchange.principal();
        text(line, ",\"principal\":", principal == null ? "" : principal.name());
        tls(line, exchange.connection().tls());
        text(line, ",\"request_id\":", exchange.requestId());
        field(line, ",\"user_agent\":", request, FieldName.USER_AGENT);
        field(line, ",\"referer\":", request, FieldName.REFERER);
        text(line, ",\"detail\":", exchange.detail());
        line.ascii('}');
    }

    private void upstream(Line line, Exchange exchange) {
        text(line, ",\"cluster\":", exchange.cluster());
        Endpoint endpoint = exchange.attempt().endpoint();
        if (endpoint != null) {
            boolean ipv6 = endpoint.host().indexOf(':') >= 0;
            line.ascii(",\"endpoint\":\"").ascii(ipv6 ? "[" : "").json(endpoint.host(), maxField)
                    .ascii(ipv6 ? "]:" : ":");
            line.number(endpoint.port()).ascii('"');
        }
        if (exchange.attempt().number() > 0) {
            line.ascii(",\"attempts\":").number(exchange.attempt().number());
        }
    }

    private void tls(Line line, @Nullable TlsSession tls) {
        if (tls != null) {
            text(line, ",\"tls_version\":", tls.version());
            text(line, ",\"tls_cipher\":", tls.cipher());
            text(line, ",\"tls_group\":", tls.group());
            text(line, ",\"tls_server_name\":", tls.serverName());
            text(line, ",\"tls_client_subject\":", tls.clientSubject());
        }
    }

    private void text(Line line, String key, String value) {
        if (!value.isEmpty()) {
            line.ascii(key).ascii('"').json(value, maxField).ascii('"');
        }
    }

    private void field(Line line, String key, Head head, FieldName name) {
        int place = head.find(name, 0);
        if (place >= 0) {
            bytes(line, key, head.bytes(), head.valueOffset(place), head.valueLength(place));
        }
    }

    private void bytes(Line line, String key, byte[] bytes, int offset, int length) {
        if (length > 0) {
            line.ascii(key).ascii('"').json(bytes, offset, Math.min(length, maxField)).ascii('"');
        }
    }
}
