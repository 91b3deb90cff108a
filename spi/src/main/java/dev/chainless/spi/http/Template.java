package dev.chainless.spi.http;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A text with values of the exchange in it: {@code "served ${request.host} by ${route}"}. Parsed once; a text without
 * values gives the same string each time.
 *
 * <p>Known are {@code client.address}, {@code client.port}, {@code listener}, {@code route}, {@code cluster},
 * {@code endpoint}, {@code principal}, {@code claim.NAME}, {@code request.id}, {@code request.method},
 * {@code request.scheme}, {@code request.host}, {@code request.path}, {@code request.query}, {@code request.target},
 * {@code request.header.NAME}, {@code response.status}, {@code response.header.NAME} and {@code detail}; of an encrypted connection
 * {@code tls.version}, {@code tls.cipher}, {@code tls.group}, {@code tls.server-name}, {@code tls.protocol} and, of the
 * client's certificate, {@code tls.client.subject}, {@code tls.client.names} and {@code tls.client.fingerprint}. What an
 * exchange does not have is empty. {@code $$} stands for a dollar sign.
 */
public final class Template {
    private static final String KNOWN = "client.address, client.port, listener, route, cluster, endpoint, principal, "
            + "claim.NAME, request.id, request.method, request.scheme, request.host, request.path, request.query, "
            + "request.target, request.header.NAME, response.status, response.header.NAME, detail, tls.version, "
            + "tls.cipher, tls.group, tls.server-name, tls.protocol, tls.client.subject, tls.client.names, "
            + "tls.client.fingerprint";

    private final String text;
    private final List<Part> parts;

    private Template(String text, List<Part> parts) {
        this.text = text;
        this.parts = parts;
    }

    /** One piece of a template. */
    private interface Part {
        @Nullable String of(Exchange exchange);
    }

    /**
     * {@return the template that a text describes}
     *
     * @param text with {@code ${…}} for values
     * @throws IllegalArgumentException that says what is wrong and what is known
     */
    public static Template of(String text) {
        var parts = new ArrayList<Part>();
        var literal = new StringBuilder();
        boolean constant = true;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c != '$') {
                literal.append(c);
                continue;
            }
            if (text.startsWith("$$", i)) {
                literal.append('$');
                i++;
                continue;
            }
            int close = text.indexOf('}', i);
            if (!text.startsWith("${", i) || close < 0) {
                throw new IllegalArgumentException(
                        "\"$\" begins a value such as ${request.host}; write \"$$\" for a dollar sign");
            }
            if (!literal.isEmpty()) {
                String piece = literal.toString();
                parts.add(exchange -> piece);
                literal.setLength(0);
            }
            parts.add(value(text.substring(i + 2, close)));
            constant = false;
            i = close;
        }
        if (constant) {
            return new Template(literal.toString(), List.of());
        }
        if (!literal.isEmpty()) {
            String piece = literal.toString();
            parts.add(exchange -> piece);
        }
        return new Template(text, List.copyOf(parts));
    }

    /** {@return whether the text has no values in it} */
    public boolean isConstant() {
        return parts.isEmpty();
    }

    /**
     * {@return the text with this exchange's values}
     *
     * @param exchange on its loop
     */
    public String apply(Exchange exchange) {
        if (parts.isEmpty()) {
            return text;
        }
        var result = new StringBuilder();
        for (Part part : parts) {
            String value = part.of(exchange);
            if (value != null) {
                result.append(value);
            }
        }
        return result.toString();
    }

    /** {@return the text as it was written} */
    @Override
    public String toString() {
        return text;
    }

    @Override
    public boolean equals(Object o) {
        return o instanceof Template other && text.equals(other.text) && isConstant() == other.isConstant();
    }

    @Override
    public int hashCode() {
        return Objects.hash(text, isConstant());
    }

    private static Part value(String name) {
        if (name.startsWith("request.header.")) {
            FieldName field = FieldName.of(name.substring("request.header.".length()));
            return exchange -> exchange.request().getAll(field);
        }
        if (name.startsWith("response.header.")) {
            FieldName field = FieldName.of(name.substring("response.header.".length()));
            return exchange -> exchange.hasResponse() ? exchange.response().getAll(field) : null;
        }
        if (name.startsWith("claim.")) {
            String claim = name.substring("claim.".length());
            return exchange -> {
                Principal principal = exchange.principal();
                Object value = principal == null ? null : principal.claims().get(claim);
                return value == null ? null : value.toString();
            };
        }
        return switch (name) {
            case "client.address" -> exchange -> exchange.client().getHostAddress();
            case "client.port" -> exchange -> Integer.toString(exchange.connection().peer().getPort());
            case "listener" -> exchange -> exchange.connection().listener();
            case "route" -> Exchange::route;
            case "cluster" -> Exchange::cluster;
            case "endpoint" -> exchange -> {
                var endpoint = exchange.attempt().endpoint();
                return endpoint == null ? null : endpoint.authority();
            };
            case "principal" -> exchange -> {
                Principal principal = exchange.principal();
                return principal == null ? null : principal.name();
            };
            case "request.id" -> Exchange::requestId;
            case "request.method" -> exchange -> exchange.request().method();
            case "request.scheme" -> exchange -> exchange.request().secure() ? "https" : "http";
            case "request.host" -> exchange -> exchange.request().authority();
            case "request.path" -> exchange -> exchange.request().path();
            case "request.query" -> exchange -> exchange.request().query();
            case "request.target" -> exchange -> exchange.request().target();
            case "response.status" ->
                exchange -> exchange.hasResponse() ? Integer.toString(exchange.response().status()) : null;
            case "detail" -> Exchange::detail;
            case "tls.version" -> tls(TlsSession::version);
            case "tls.cipher" -> tls(TlsSession::cipher);
            case "tls.group" -> tls(TlsSession::group);
            case "tls.server-name" -> tls(TlsSession::serverName);
            case "tls.protocol" -> tls(TlsSession::applicationProtocol);
            case "tls.client.subject" -> tls(TlsSession::clientSubject);
            case "tls.client.names" -> tls(session -> String.join(",", session.clientNames()));
            case "tls.client.fingerprint" -> tls(TlsSession::clientFingerprint);
            default -> throw new IllegalArgumentException("${" + name + "} is not known; known are " + KNOWN);
        };
    }

    private static Part tls(Function<TlsSession, String> value) {
        return exchange -> {
            TlsSession session = exchange.connection().tls();
            return session == null ? null : value.apply(session);
        };
    }
}
