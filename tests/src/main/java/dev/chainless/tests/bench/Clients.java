package dev.chainless.tests.bench;

import java.io.IOException;

/// Puts load on a port of 127.0.0.1 as one kind of client does.
interface Clients {
    /// As much as the connections take.
    Load saturated(int port, Body body, int seconds) throws IOException, InterruptedException;

    /// Sends `rate` requests per second, whatever becomes of the answers.
    Load offered(int port, Body body, int seconds, double rate) throws IOException, InterruptedException;
}
