package dev.chainless.config;

import dev.chainless.spi.config.Default;
import dev.chainless.spi.config.Doc;
import dev.chainless.spi.config.HostPort;
import dev.chainless.spi.config.KeyedBy;
import dev.chainless.spi.config.Range;
import java.util.List;
import java.util.Optional;

/**
 * Where clients connect.
 *
 * @param listen the address; port 0 for any free one
 * @param protocol the name of the protocol plugin
 * @param settings the table named as the protocol, for that plugin to bind
 * @param stages what each exchange passes before its route's stages, also one that has no route
 * @param backlog how many connections may wait to be accepted
 * @param maxConnections connections at once
 * @param tls towards clients; empty for none
 * @param quic of a protocol that speaks it, beside what it speaks over TCP
 * @param position where the table begins
 */
public record ListenerConfig(
        @Doc("The address to listen on. Port 0: any free port.") @Range(min = "0") HostPort listen,
        @Doc("The plugin that speaks the protocol.") @Default("http") String protocol,
        @Doc("The settings of the protocol; its manual says which.") @KeyedBy("protocol") RawTable settings,
        @Doc("Stages that each exchange of this listener passes first: a log also sees what no route took.")
        List<StageRef> stages,
        @Doc("How many connections may wait to be accepted.")
        @Default("1024") @Range(min = "1", max = "65535") int backlog,
        @Doc("The most connections of this listener at once. More are closed as they come.")
        @Default("100000") @Range(min = "1", max = "10000000") int maxConnections,
        @Doc("TLS towards clients. Absent: none.") Optional<ListenerTlsConfig> tls,
        @Doc("QUIC, on the same address and port by UDP, where the protocol speaks it.") QuicConfig quic,
        Position position) {}
