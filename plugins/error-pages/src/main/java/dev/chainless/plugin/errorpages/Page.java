package dev.chainless.plugin.errorpages;

import dev.chainless.spi.http.Exchange;
import dev.chainless.spi.http.Template;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * A page: a {@linkplain Template template} whose values are escaped one by one, and which knows
 * {@code ${response.reason}} besides.
 *
 * @param pieces one after the other
 * @param escaping of values
 */
record Page(List<Piece> pieces, Escaping escaping) {
    private static final String REASON = "${response.reason}";

    /** A piece of the page. */
    private sealed interface Piece {}

    /** What the author wrote. */
    private record Literal(String text) implements Piece {}

    /** A value of the exchange. */
    private record Value(Template template) implements Piece {}

    /** The reason phrase of the status. */
    private record Reason() implements Piece {}

    /**
     * Reads a page.
     *
     * @param text with {@code ${…}} for values
     * @param escaping of values
     * @return the page
     * @throws IllegalArgumentException if a value is not known
     */
    static Page of(String text, Escaping escaping) {
        var pieces = new ArrayList<Piece>();
        for (int at = 0; at < text.length();) {
            int dollar = text.indexOf('$', at);
            int end = dollar < 0 ? text.length() : dollar;
            if (end > at) {
                pieces.add(new Literal(text.substring(at, end)));
                at = end;
                continue;
            }
            int close = text.indexOf('}', at);
            int next = text.startsWith("${", at) && close > 0 ? close + 1 : Math.min(at + 2, text.length());
            String value = text.substring(at, next);
            // "$$" and what is wrong are the template's to read.
            pieces.add(value.equals(REASON) ? new Reason() : new Value(Template.of(value)));
            at = next;
        }
        return new Page(List.copyOf(pieces), escaping);
    }

    /** {@return the page for an exchange that has a response} */
    byte[] render(Exchange exchange) {
        var text = new StringBuilder();
        for (Piece piece : pieces) {
            switch (piece) {
                case Literal literal -> text.append(literal.text());
                case Value value -> text.append(escaping.escape(value.template().apply(exchange)));
                case Reason _ -> text.append(escaping.escape(Reasons.of(exchange.response().status())));
            }
        }
        return text.toString().getBytes(StandardCharsets.UTF_8);
    }
}
