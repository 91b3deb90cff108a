package dev.chainless.spi.http;

import io.netty.channel.EventLoop;
import java.net.InetSocketAddress;

/**
 * What is known of a client's connection. Immutable.
 *
 * @param listener the name of the listener
 * @param loop the index of the event loop that it lives on
 * @param eventLoop that loop
 * @param peer the other end of the socket, or what a trusted PROXY header said instead
 * @param local this end, likewise
 * @param secure whether it is encrypted
 */
public record Connection(String listener, int loop, EventLoop eventLoop, InetSocketAddress peer,
        InetSocketAddress local, boolean secure) {}
