package dev.chainless.tests.bench;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/// What contenders are compared at: one command each.
enum Work {
    /// HTTP/1.1 in the clear.
    PROXY("keep-alive, 64 connections", ""),
    /// HTTP/1.1 over TLS.
    TLS("keep-alive over TLS 1.3, 64 connections", "0.80 of the best peer's"),
    /// HTTP/2 over TLS.
    H2("HTTP/2 over TLS 1.3, 10 connections with 10 streams", "0.80 of the best peer's"),
    /// HTTP/3, and for comparison the gateway's HTTP/2.
    H3("HTTP/3, 10 connections with 10 streams", "2.50 of its own with HTTP/2, and 0.50 of Envoy's"),
    /// A connection for each request.
    HANDSHAKES("each after a full handshake of TLS 1.3, up to 64 connections", "0.75 of the best peer's");

    private final String label;
    private final String target;

    Work(String label, String target) {
        this.label = label;
        this.target = target;
    }

    /// {@return the work that a command names}
    static Optional<Work> of(String command) {
        return Arrays.stream(values()).filter(work -> work.name().toLowerCase(Locale.ROOT).equals(command)).findFirst();
    }

    /// {@return how the requests come, for the tables}
    String label() {
        return label;
    }

    /// {@return what the gateway's CPU time should be at most; empty for none that is printed}
    String target() {
        return target;
    }

    boolean encrypted() {
        return this != PROXY;
    }
}
