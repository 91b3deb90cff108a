package dev.chainless.plugin.http;

/**
 * Writes heads as QPACK (RFC 9204) by the static table alone: a head never waits for another stream, and nothing has to be
 * remembered for a connection. One for each loop.
 */
final class QpackEncoder extends FieldEncoder {
    // Names of the static table.
    private static final PseudoFields PSEUDO = new PseudoFields(0, 1, 15, 17, 20, 22);
    private static final int CONTENT_LENGTH = 4;
    private static final int DATE = 6;
    private static final int STATUS = 24;

    private static final StaticTable TABLE = StaticTable.QPACK;
    private static final int INDEXED = 0xc0;
    private static final int NAMED = 0x50;
    private static final int NAMED_NEVER_INDEXED = 0x70;
    private static final int LITERAL = 0x20;
    private static final int LITERAL_NEVER_INDEXED = 0x30;

    QpackEncoder(Scratch scratch) {
        super(scratch, PSEUDO);
    }

    @Override
    void begin() {
        super.begin();
        // Section 4.5.1: no insert is required.
        out[0] = 0;
        out[1] = 0;
        at = 2;
    }

    @Override
    void status(int status) {
        known(STATUS, digits(status), 0, 3);
    }

    @Override
    void protocol(byte[] protocol) {
        room(PROTOCOL.length + protocol.length + 16);
        string(LITERAL, 3, PROTOCOL, 0, PROTOCOL.length);
        string(0, 7, protocol, 0, protocol.length);
    }

    @Override
    void indexed(int index) {
        room(2);
        integer(INDEXED, 6, index);
    }

    @Override
    void known(int index, byte[] value, int offset, int length) {
        room(length + 16);
        for (int i = index; i >= 0; i = TABLE.next(i)) {
            if (TABLE.hasValue(i, value, offset, length)) {
                integer(INDEXED, 6, i);
                return;
            }
        }
        integer(NAMED, 4, index);
        string(0, 7, value, offset, length);
    }

    @Override
    void date(byte[] value, int offset, int length) {
        known(DATE, value, offset, length);
    }

    @Override
    void contentLength(byte[] digits, int offset, int length) {
        known(CONTENT_LENGTH, digits, offset, length);
    }

    @Override
    void field(byte[] b, int name, int nameLength, int hash, int value, int valueLength, boolean secret) {
        int index = TABLE.find(b, name, nameLength, hash);
        if (index >= 0 && !secret) {
            known(index, b, value, valueLength);
            return;
        }
        room(nameLength + valueLength + 32);
        if (index >= 0) {
            integer(NAMED_NEVER_INDEXED, 4, index);
        } else {
            string(secret ? LITERAL_NEVER_INDEXED : LITERAL, 3, folded(b, name, nameLength), 0, nameLength);
        }
        string(0, 7, b, value, valueLength);
    }
}
