/**
 * Stand-ins for the host, so that a stage can be tried without a gateway: a {@link
 * dev.chainless.spi.testkit.FakeContext} to make it with, a {@link dev.chainless.spi.testkit.FakeExchange} to run it
 * on, a {@link dev.chainless.spi.testkit.GatheredBody} to take what a body stage passes on.
 */
package dev.chainless.spi.testkit;
