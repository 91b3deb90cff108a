package dev.chainless.tests.bench;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/// What contenders are compared at: one command each.
enum Work {
    /// HTTP/1.1 in the clear.
    PROXY("keep-alive, 64 connections", 0),
    /// HTTP/1.1 over TLS.
    TLS("keep-alive over TLS 1.3, 64 connections", 0.8),
    /// HTTP/2 over TLS.
    H2("HTTP/2 over TLS 1.3, 10 connections with 10 streams", 0.8),
    /// A connection for each request.
    HANDSHAKES("each after a full handshake of TLS 1.3, up to 64 connections", 0.75);

    private final String label;
    private final double target;

    Work(String label, double target) {
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

    /// {@return what the gateway's CPU time should be at most, as a share of the best peer's; 0 for none that is printed}
    double target() {
        return target;
    }

    boolean encrypted() {
        return this != PROXY;
    }
}
