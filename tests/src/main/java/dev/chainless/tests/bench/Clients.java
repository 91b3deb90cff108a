package dev.chainless.tests.bench;

import java.io.IOException;

/// Puts load on a port of 127.0.0.1 as one kind of client does.
interface Clients {
    /// As much as the connections take.
    Load saturated(int port, Body body, int seconds) throws IOException, InterruptedException;

    /// Sends `rate` requests per second, whatever becomes of the answers.
    Load offered(int port, Body body, int seconds, double rate) throws IOException, InterruptedException;

    /// {@return user and system time so far of the process that stays for all windows, in µs; 0 if there is none}
    default long cpuMicros() throws IOException {
        return 0;
    }
}
