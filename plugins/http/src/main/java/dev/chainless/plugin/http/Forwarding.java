package dev.chainless.plugin.http;

import dev.chainless.spi.http.Connection;
import dev.chainless.spi.http.Exchange;
import dev.chainless.spi.http.FieldLine;
import dev.chainless.spi.http.FieldName;
import dev.chainless.spi.http.Head;
import java.net.InetAddress;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What a connection's requests tell the upstream about where they come from: {@code X-Forwarded-*}, {@code Forwarded},
 * {@code Via}, the request's id and the trace. The lines are made once for a connection, so that a request costs a few
 * array copies. What a client says itself is believed of trusted hops only, and removed otherwise.
 */
final class Forwarding {
    private final ForwardingRules rules;
    private final LoopState loop;
    private final InetAddress peer;
    private final boolean trusted;
    private final String node;
    private final String scheme;
    private final FieldLine forwardedFor;
    private final FieldLine proto;
    private final byte[] id = new byte[TraceIds.REQUEST_ID_LENGTH];
    private byte[] authority = new byte[0];
    private @Nullable FieldLine host;
    private FieldLine forwarded;

    Forwarding(ForwardingRules rules, LoopState loop, Connection connection) {
        this.rules = rules;
        this.loop = loop;
        this.peer = connection.peer().getAddress();
        this.trusted = rules.clients().trusts(peer);
        String address = peer.getHostAddress();
        int zone = address.indexOf('%');
        String plain = zone < 0 ? address : address.substring(0, zone);
        this.node = plain.indexOf(':') < 0 ? plain : "\"[" + plain + "]\"";
        this.scheme = connection.secure() ? "https" : "http";
        this.forwardedFor = FieldLine.of(FieldName.X_FORWARDED_FOR, plain);
        this.proto = FieldLine.of(FieldName.X_FORWARDED_PROTO, scheme);
        this.forwarded = FieldLine.of(FieldName.FORWARDED, element(""));
    }

    /** {@return the client's address: the peer's, or what trusted hops say} */
    InetAddress client(Head head) {
        return trusted ? rules.clients().client(head, peer) : peer;
    }

    /** Edits a request that has just come. */
    void apply(Exchange exchange) {
        Head head = exchange.request();
        if (trusted) {
            believe(head);
        } else {
            replace(head);
        }
        FieldLine via = rules.via(head.version());
        if (via != null) {
            head.add(via);
        }
        if (rules.requestId() != null) {
            number(exchange, head, rules.requestId());
        }
        if (rules.beginsTrace()) {
            loop.ids.traceParent(head);
        }
    }

    // One pass for all names: almost always nothing is found.
    private void replace(Head head) {
        for (int i = 0, places = head.places(); i < places; i++) {
            int hash = head.hash(i);
            if (ForwardingRules.isClaim(hash) && ForwardingRules.isClaim(head, i)) {
                head.removeAt(i);
            }
        }
        if (rules.xForwarded()) {
            head.add(forwardedFor);
            head.add(proto);
        }
        if (rules.namesHost()) {
            nameHost(head);
        }
    }

    private void nameHost(Head head) {
        int length = head.authorityLength();
        int offset = head.authorityOffset();
        byte[] bytes = head.authorityBytes();
        if (!Arrays.equals(authority, 0, authority.length, bytes, offset, offset + length)) {
            authority = Arrays.copyOfRange(bytes, offset, offset + length);
            String text = head.authority();
            host = length == 0 ? null : FieldLine.of(FieldName.X_FORWARDED_HOST, text);
            forwarded = FieldLine.of(FieldName.FORWARDED, element(text));
        }
        if (rules.xForwarded() && host != null) {
            head.add(host);
        }
        if (rules.forwarded()) {
            head.add(forwarded);
        }
    }

    // Values are joined to one line: there are upstreams that look at the first or the last line only.
    private void believe(Head head) {
        if (rules.xForwarded()) {
            append(head, FieldName.X_FORWARDED_FOR, forwardedFor);
            if (!head.contains(FieldName.X_FORWARDED_PROTO)) {
                head.add(proto);
            }
            if (!head.contains(FieldName.X_FORWARDED_HOST) && head.authorityLength() > 0) {
                head.add(FieldName.X_FORWARDED_HOST, head.authority());
            }
        }
        if (rules.forwarded()) {
            append(head, FieldName.FORWARDED, FieldLine.of(FieldName.FORWARDED, element(head.authority())));
        }
    }

    private static void append(Head head, FieldName name, FieldLine line) {
        String before = head.getAll(name);
        if (before == null || before.isBlank()) {
            head.set(line);
        } else {
            head.set(name, before + ", " + line.value());
        }
    }

    /** An element of RFC 7239, section 4. */
    private String element(String authority) {
        String text = "for=" + node + ";proto=" + scheme;
        return authority.isEmpty() || authority.indexOf('"') >= 0 || authority.indexOf('\\') >= 0
                ? text
                : text + ";host=\"" + authority + '"';
    }

    private void number(Exchange exchange, Head head, FieldName field) {
        int place = head.find(field, 0);
        if (place >= 0) {
            byte[] bytes = head.bytes();
            int offset = head.valueOffset(place);
            int length = head.valueLength(place);
            if (trusted && TraceIds.isRequestId(bytes, offset, length)) {
                exchange.requestId(bytes, offset, length);
                return;
            }
            head.remove(field);
        }
        loop.ids.requestId(id, 0);
        exchange.requestId(id, 0, id.length);
        head.add(field, id, id.length);
    }
}
