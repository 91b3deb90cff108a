package dev.chainless.tests.bench;

/// How load is put on a contender.
enum Mode {
    /// As much as 64 connections with one request each in flight can take.
    SATURATED("saturated"),
    /// The same arrivals for all contenders.
    OFFERED("offered rate");

    private final String label;

    Mode(String label) {
        this.label = label;
    }

    String label() {
        return label;
    }
}
