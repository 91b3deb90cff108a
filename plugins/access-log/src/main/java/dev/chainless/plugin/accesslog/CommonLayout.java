package dev.chainless.plugin.accesslog;

import dev.chainless.spi.http.Exchange;
import dev.chainless.spi.http.FieldName;
import dev.chainless.spi.http.Head;
import dev.chainless.spi.http.Principal;

/**
 * The common log format of NCSA httpd, which every log analyser reads:
 * {@code client - principal [time] "request line" status bytes}.
 *
 * @param maxField how much of a value is written, in bytes
 * @param combined whether {@code "referer" "user-agent"} follow
 */
record CommonLayout(int maxField, boolean combined) implements Layout {

    @Override
    public void write(Exchange exchange, Clocks.Times times, Desk desk) {
        Line line = desk.line();
        Head request = exchange.request();
        line.ascii(desk.addresses().text(exchange.client())).ascii(" - ");
        Principal principal = exchange.principal();
        if (principal == null || principal.name().isEmpty()) {
            line.ascii('-');
        } else {
            line.word(principal.name(), maxField);
        }
        line.ascii(" [").ascii(desk.seconds().common(times.startMillis())).ascii(" +0000] \"");
        line.quoted(request.method(), maxField).ascii(' ');
        line.quoted(request.targetBytes(), request.targetOffset(), Math.min(request.targetLength(), maxField));
        line.ascii(' ').ascii(Layout.version(request.version())).ascii("\" ");
        line.number(Layout.status(exchange)).ascii(' ').number(exchange.sentBytes());
        if (combined) {
            field(line, request, FieldName.REFERER);
            field(line, request, FieldName.USER_AGENT);
        }
    }

    private void field(Line line, Head head, FieldName name) {
        int place = head.find(name, 0);
        line.ascii(" \"");
        if (place < 0) {
            line.ascii('-');
        } else {
            line.quoted(head.bytes(), head.valueOffset(place), Math.min(head.valueLength(place), maxField));
        }
        line.ascii('"');
    }
}
