package dev.chainless.plugin.headers;

import dev.chainless.spi.http.Exchange;
import dev.chainless.spi.http.FieldLine;
import dev.chainless.spi.http.FieldName;
import dev.chainless.spi.http.Head;
import dev.chainless.spi.http.Template;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The edits of one head, prepared.
 *
 * @param removed names of fields that are removed or replaced
 * @param lines constant fields, appended afterwards
 * @param computed fields that depend on the exchange, appended last
 */
@SuppressWarnings("ArrayRecordComponent") // never compared; arrays are walked without an iterator
record HeadEdits(FieldName[] removed, FieldLine[] lines, Computed[] computed) {

    /** A field whose value depends on the exchange. */
    record Computed(FieldName name, Template template) {}

    static HeadEdits of(Edits edits) {
        var removed = new ArrayList<FieldName>();
        var lines = new ArrayList<FieldLine>();
        var computed = new ArrayList<Computed>();
        for (String name : edits.remove()) {
            removed.add(FieldName.of(name));
        }
        for (Map.Entry<String, FieldText> field : edits.set().entrySet()) {
            FieldName name = FieldName.of(field.getKey());
            removed.add(name);
            append(name, field.getValue().template(), lines, computed);
        }
        for (Map.Entry<String, List<FieldText>> field : edits.add().entrySet()) {
            for (FieldText text : field.getValue()) {
                append(FieldName.of(field.getKey()), text.template(), lines, computed);
            }
        }
        return new HeadEdits(
                removed.toArray(FieldName[]::new), lines.toArray(FieldLine[]::new), computed.toArray(Computed[]::new));
    }

    /**
     * Edits a head.
     *
     * @param head of the exchange
     * @param exchange on its loop
     */
    void apply(Head head, Exchange exchange) {
        if (computed.length == 0) {
            edit(head);
        } else {
            compute(head, exchange);
        }
    }

    private void edit(Head head) {
        for (FieldName name : removed) {
            head.remove(name);
        }
        for (FieldLine line : lines) {
            head.add(line);
        }
    }

    /** The values are made before the edits: a field may be set to a text that has its own former value in it. */
    private void compute(Head head, Exchange exchange) {
        var values = new byte[computed.length][];
        for (int i = 0; i < values.length; i++) {
            values[i] = encode(computed[i].template.apply(exchange));
        }
        edit(head);
        for (int i = 0; i < values.length; i++) {
            byte[] value = values[i];
            // A claim may hold any character. A line break must not begin another field (RFC 9110, section 5.5), and
            // half a value is a wrong one, so that there is none.
            if (value.length > 0 && Head.isFieldValue(value, 0, value.length)) {
                head.add(computed[i].name, value, value.length);
            }
        }
    }

    /** Bytes of a field that came are Latin-1 characters and go as they came; what does not fit is UTF-8. */
    private static byte[] encode(String value) {
        for (int i = 0; i < value.length(); i++) {
            if (value.charAt(i) > 0xff) {
                return value.getBytes(StandardCharsets.UTF_8);
            }
        }
        return value.getBytes(StandardCharsets.ISO_8859_1);
    }

    private static void append(FieldName name, Template template, List<FieldLine> lines, List<Computed> computed) {
        if (!template.isConstant()) {
            computed.add(new Computed(name, template));
            return;
        }
        byte[] bytes = encode(template.toString());
        lines.add(FieldLine.of(name, new String(bytes, StandardCharsets.ISO_8859_1)));
    }
}
