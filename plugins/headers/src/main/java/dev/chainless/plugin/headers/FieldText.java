package dev.chainless.plugin.headers;

import dev.chainless.spi.config.Shorthand;
import dev.chainless.spi.http.Head;
import dev.chainless.spi.http.Template;
import java.nio.charset.StandardCharsets;

/**
 * The value of a field, written as a text with values of the exchange in it.
 *
 * @param template the text
 */
record FieldText(Template template) {

    /**
     * Reads a value.
     *
     * @param text with {@code ${…}} for values of the exchange
     * @return the value
     * @throws IllegalArgumentException if the text is no template, or has a character that no field value may have
     */
    @Shorthand(only = true, expects = "a text, in which ${request.host} and the like stand for values of the exchange")
    static FieldText of(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        if (!Head.isFieldValue(bytes, 0, bytes.length)) {
            throw new IllegalArgumentException("line breaks and other control characters cannot stand in a field");
        }
        return new FieldText(Template.of(text));
    }
}
