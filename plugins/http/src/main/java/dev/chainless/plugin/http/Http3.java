package dev.chainless.plugin.http;

/** The numbers of RFC 9114 and RFC 9204, and of what extends them. */
final class Http3 {
    /** How TLS names it (ALPN). */
    static final String PROTOCOL = "h3";

    // Frame types, RFC 9114, section 7.2; the last two are RFC 9218's.
    static final long DATA = 0;
    static final long HEADERS = 1;
    static final long CANCEL_PUSH = 3;
    static final long SETTINGS = 4;
    static final long PUSH_PROMISE = 5;
    static final long GOAWAY = 7;
    static final long MAX_PUSH_ID = 0xd;
    static final long PRIORITY_UPDATE = 0xf0700;
    static final long PRIORITY_UPDATE_PUSH = 0xf0701;

    // Types of one-way streams, section 6.2 and RFC 9204, section 4.2.
    static final int CONTROL_STREAM = 0;
    static final int PUSH_STREAM = 1;
    static final int ENCODER_STREAM = 2;
    static final int DECODER_STREAM = 3;

    // Settings, section 7.2.4.1, RFC 9204, section 5, and RFC 9220.
    static final long MAX_TABLE_CAPACITY = 1;
    static final long MAX_FIELD_SECTION_SIZE = 6;
    static final long BLOCKED_STREAMS = 7;
    static final long ENABLE_CONNECT_PROTOCOL = 8;

    // Error codes, section 8.1, and RFC 9204, section 6.
    static final int NO_ERROR = 0x100;
    static final int INTERNAL_ERROR = 0x102;
    static final int STREAM_CREATION_ERROR = 0x103;
    static final int CLOSED_CRITICAL_STREAM = 0x104;
    static final int FRAME_UNEXPECTED = 0x105;
    static final int FRAME_ERROR = 0x106;
    static final int EXCESSIVE_LOAD = 0x107;
    static final int ID_ERROR = 0x108;
    static final int SETTINGS_ERROR = 0x109;
    static final int MISSING_SETTINGS = 0x10a;
    static final int REQUEST_REJECTED = 0x10b;
    static final int REQUEST_CANCELLED = 0x10c;
    static final int REQUEST_INCOMPLETE = 0x10d;
    static final int MESSAGE_ERROR = 0x10e;
    static final int DECOMPRESSION_FAILED = 0x200;
    static final int ENCODER_STREAM_ERROR = 0x201;
    static final int DECODER_STREAM_ERROR = 0x202;

    /** Past every stream that a client can begin. */
    static final long LAST_STREAM = (1L << 62) - 4;

    private Http3() {}

    /** {@return whether HTTP/2 had such a frame, which nobody may send here} Section 7.2.8. */
    static boolean isOfHttp2(long type) {
        return type == 2 || type == 6 || type == 8 || type == 9;
    }

    /** {@return whether HTTP/2 had such a setting} Section 7.2.4.1. */
    static boolean isSettingOfHttp2(long name) {
        return (name >= 2 && name <= 5) || name == 0;
    }
}
