package dev.chainless.tests.bench;

/// What a load generator saw in one window.
///
/// @param requests answered with status 200 and the whole body
/// @param rate of those, per second
/// @param p50Micros from when the request was due (offered rate) or sent (saturated), as are the next two
/// @param errors connections refused or broken, wrong status, wrong length
/// @param unsent due, but no connection was free until the end; 0 when saturated
/// @param lateMicros 99th percentile of how late the generator itself sent; 0 when saturated
record Load(long requests, double rate, double p50Micros, double p99Micros, double maxMicros, long errors,
        long unsent, double lateMicros) {}
