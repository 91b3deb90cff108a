/**
 * Tests at the edge that users touch: the unpacked distribution runs as a process of its own, clients and origins are
 * sockets on loopback. Nothing of the gateway is reached but by its ports, its files and its signals.
 *
 * <p>{@link dev.chainless.tests.GatewayProcess} runs the gateway, and fails a test whose gateway leaked a buffer or
 * printed a stack trace. {@link dev.chainless.tests.RawClient} sends exact bytes and reads replies strictly;
 * {@link dev.chainless.tests.RecordingOrigin} keeps the exact bytes that came and answers by script.
 *
 * <p>A class of tests shares one gateway for each number of event loops. No test sleeps: each waits for a condition, and
 * not for longer than {@link dev.chainless.tests.Await#LIMIT}.
 */
package dev.chainless.tests;
