package dev.chainless.spi.http;

import java.nio.charset.StandardCharsets;

/**
 * A header field with a constant value, checked and encoded once, so that adding it to a head is one copy.
 */
public final class FieldLine {
    private final FieldName name;
    private final byte[] line;

    private FieldLine(FieldName name, byte[] line) {
        this.name = name;
        this.line = line;
    }

    /**
     * {@return the field as a line}
     *
     * @param name its name
     * @param value its value: visible ASCII, Latin-1 above 0x7f, spaces and tabs inside
     * @throws IllegalArgumentException if the value has other characters (RFC 9110, section 5.5)
     */
    public static FieldLine of(FieldName name, String value) {
        byte[] bytes = value.getBytes(StandardCharsets.ISO_8859_1);
        if (!Head.isFieldValue(bytes, 0, bytes.length)) {
            throw new IllegalArgumentException(
                    "the value of " + name + " has a character that no field value may have");
        }
        byte[] line = new byte[name.length() + bytes.length + 4];
        Head.writeLine(line, 0, name, bytes, bytes.length);
        return new FieldLine(name, line);
    }

    /**
     * {@return the field as a line}
     *
     * @param name its name, in any case
     * @param value its value
     */
    public static FieldLine of(String name, String value) {
        return of(FieldName.of(name), value);
    }

    /** {@return the field's name} */
    public FieldName name() {
        return name;
    }

    /** {@return the field's value} */
    public String value() {
        return new String(line, name.length() + 2, line.length - name.length() - 4, StandardCharsets.ISO_8859_1);
    }

    byte[] line() {
        return line;
    }

    @Override
    public boolean equals(Object o) {
        return o instanceof FieldLine other && java.util.Arrays.equals(line, other.line);
    }

    @Override
    public int hashCode() {
        return java.util.Arrays.hashCode(line);
    }

    @Override
    public String toString() {
        return name + ": " + value();
    }
}
