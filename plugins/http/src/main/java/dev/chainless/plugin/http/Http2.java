package dev.chainless.plugin.http;

/** The numbers of RFC 9113, and of what extends it. */
final class Http2 {
    /** The name in ALPN, section 3.2. */
    static final String PROTOCOL = "h2";

    // Frame types, section 6; PRIORITY_UPDATE is RFC 9218's.
    static final int DATA = 0;
    static final int HEADERS = 1;
    static final int PRIORITY = 2;
    static final int RST_STREAM = 3;
    static final int SETTINGS = 4;
    static final int PUSH_PROMISE = 5;
    static final int PING = 6;
    static final int GOAWAY = 7;
    static final int WINDOW_UPDATE = 8;
    static final int CONTINUATION = 9;
    static final int PRIORITY_UPDATE = 0x10;

    // Flags.
    static final int END_STREAM = 1;
    static final int ACK = 1;
    static final int END_HEADERS = 4;
    static final int PADDED = 8;
    static final int WITH_PRIORITY = 0x20;

    // Error codes, section 7.
    static final int NO_ERROR = 0;
    static final int PROTOCOL_ERROR = 1;
    static final int INTERNAL_ERROR = 2;
    static final int FLOW_CONTROL_ERROR = 3;
    static final int STREAM_CLOSED = 5;
    static final int FRAME_SIZE_ERROR = 6;
    static final int REFUSED_STREAM = 7;
    static final int CANCEL = 8;
    static final int COMPRESSION_ERROR = 9;
    static final int ENHANCE_YOUR_CALM = 11;

    // Settings, section 6.5.2; the last two are RFC 8441's and RFC 9218's.
    static final int HEADER_TABLE_SIZE = 1;
    static final int ENABLE_PUSH = 2;
    static final int MAX_CONCURRENT_STREAMS = 3;
    static final int INITIAL_WINDOW_SIZE = 4;
    static final int MAX_FRAME_SIZE = 5;
    static final int MAX_HEADER_LIST_SIZE = 6;
    static final int ENABLE_CONNECT_PROTOCOL = 8;
    static final int NO_RFC7540_PRIORITIES = 9;

    static final int FRAME_HEADER = 9;
    /** The largest payload that we take, and that a peer takes before it says otherwise. */
    static final int FRAME_SIZE = 16384;
    static final int MOST_FRAME_SIZE = 0xffffff;
    /** Of a stream and of the connection before anybody says otherwise. */
    static final int WINDOW = 65535;

    private Http2() {}
}
