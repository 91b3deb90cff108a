package dev.chainless.plugin.discoverydns;

import dev.chainless.spi.config.HostPort;
import io.netty.channel.AddressedEnvelope;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.codec.dns.DefaultDnsQuestion;
import io.netty.handler.codec.dns.DnsResponse;
import io.netty.resolver.dns.DnsNameResolver;
import io.netty.resolver.dns.DnsNameResolverBuilder;
import io.netty.resolver.dns.DnsNameResolverChannelStrategy;
import io.netty.resolver.dns.DnsNameResolverTimeoutException;
import io.netty.resolver.dns.SingletonDnsServerAddressStreamProvider;
import io.netty.util.NetUtil;
import io.netty.util.concurrent.Future;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.StringTokenizer;
import java.util.concurrent.RejectedExecutionException;

/** Asks the name servers, one after the other. Thread-safe; its methods block. */
final class NameServers {
    /** What passes everywhere in one piece, as agreed on the DNS flag day of 2020; more comes by TCP. */
    private static final int UDP_PAYLOAD = 1232;
    private static final int MOST_SERVERS = 16;
    private static final Path SYSTEM = Path.of("/etc/resolv.conf");

    private final DnsConfig config;
    private final SharedLoop loop;
    private final DnsNameResolver resolver;
    /** The server that answered last is asked first: a dead one is not waited for again and again. */
    private volatile int first;

    NameServers(DnsConfig config, SharedLoop loop) {
        this.config = config;
        this.loop = loop;
        this.resolver = new DnsNameResolverBuilder(loop.take())
                .datagramChannelType(NioDatagramChannel.class)
                .socketChannelType(NioSocketChannel.class)
                .datagramChannelStrategy(DnsNameResolverChannelStrategy.ChannelPerResolution)
                .queryTimeoutMillis(config.timeout().toMillis())
                .maxPayloadSize(UDP_PAYLOAD)
                // Each question says whom it asks; these only keep Netty from reading the system's files.
                .nameServerProvider(new SingletonDnsServerAddressStreamProvider(
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), 53)))
                .hostsFileEntriesResolver((name, types) -> null)
                .searchDomains(List.of())
                .ndots(1)
                .build();
    }

    void close() {
        resolver.close();
        loop.release();
    }

    /** {@return what is answered, aliases followed} */
    Answer ask(Question question) throws InterruptedException {
        var reader = new AnswerReader(question, config.maxRecords());
        Answer answer;
        do {
            answer = askAll(reader);
        } while (answer instanceof Answer.Elsewhere); // as often as the reader takes aliases
        return answer;
    }

    private Answer askAll(AnswerReader reader) throws InterruptedException {
        List<InetSocketAddress> servers = servers();
        Set<String> problems = new LinkedHashSet<>();
        int begin = first;
        for (int i = 0; i < config.attempts() * servers.size(); i++) {
            int turn = Math.floorMod(begin + i, servers.size());
            InetSocketAddress server = servers.get(turn);
            Answer answer = askOne(server, reader);
            if (!(answer instanceof Answer.Failed failed)) {
                first = turn;
                return answer;
            }
            problems.add(NetUtil.toSocketAddressString(server) + " " + failed.why());
        }
        return new Answer.Failed(String.join("; ", problems));
    }

    private Answer askOne(InetSocketAddress server, AnswerReader reader) throws InterruptedException {
        Future<AddressedEnvelope<DnsResponse, InetSocketAddress>> future;
        try {
            Question question = reader.question();
            future = resolver.query(server, new DefaultDnsQuestion(question.name(), question.type()));
        } catch (RejectedExecutionException | IllegalStateException e) {
            return new Answer.Failed("is not asked any more"); // the loop has ended
        }
        try {
            // By UDP, to connect by TCP, and by TCP.
            future.await(3 * config.timeout().toMillis() + 100);
        } catch (InterruptedException e) {
            if (!future.cancel(false) && future.isSuccess()) {
                future.getNow().release();
            }
            throw e;
        }
        if (future.cancel(false) || !future.isSuccess()) {
            return new Answer.Failed(future.isCancelled() || future.cause() instanceof DnsNameResolverTimeoutException
                    ? "did not answer in time" : "could not be asked: " + reason(future.cause()));
        }
        var envelope = future.getNow();
        try {
            return reader.read(envelope.content());
        } finally {
            envelope.release();
        }
    }

    private static String reason(Throwable failure) {
        Throwable cause = failure.getCause();
        return String.valueOf(cause == null ? failure.getMessage() : cause.getMessage());
    }

    /** {@return whom to ask: those of the configuration, else those that the system names at the moment} */
    private List<InetSocketAddress> servers() {
        if (!config.servers().isEmpty()) {
            return config.servers().stream().map(server -> address(server)).toList();
        }
        List<InetSocketAddress> found = new ArrayList<>();
        try {
            for (String line : Files.readAllLines(SYSTEM, StandardCharsets.ISO_8859_1)) {
                var words = new StringTokenizer(line);
                if (words.countTokens() > 1 && words.nextToken().equals("nameserver") && found.size() < MOST_SERVERS) {
                    found.add(new InetSocketAddress(InetAddress.ofLiteral(words.nextToken()), 53));
                }
            }
        } catch (IOException | IllegalArgumentException e) {
            // As resolv.conf(5) has it, where there is nothing the name server is this machine.
        }
        return found.isEmpty() ? List.of(new InetSocketAddress(InetAddress.getLoopbackAddress(), 53)) : found;
    }

    private static InetSocketAddress address(HostPort server) {
        return new InetSocketAddress(server.address().orElseThrow(), server.port());
    }
}
