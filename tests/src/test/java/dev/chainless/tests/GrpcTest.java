package dev.chainless.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.Server;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;

/** gRPC by its own client and server, through the gateway. */
@OnLoops
final class GrpcTest {
    private static final MethodDescriptor<String, String> UNARY = method("Unary", MethodType.UNARY);
    private static final MethodDescriptor<String, String> COUNT = method("Count", MethodType.SERVER_STREAMING);
    private static final MethodDescriptor<String, String> JOIN = method("Join", MethodType.CLIENT_STREAMING);
    private static final MethodDescriptor<String, String> CHAT = method("Chat", MethodType.BIDI_STREAMING);

    private static Server server;
    private static GatewayProcess gateway;
    private static ManagedChannel channel;

    @Parameter
    int loops;

    private static MethodDescriptor<String, String> method(String name, MethodType type) {
        var text = new MethodDescriptor.Marshaller<String>() {
            @Override
            public InputStream stream(String value) {
                return new ByteArrayInputStream(value.getBytes(StandardCharsets.UTF_8));
            }

            @Override
            public String parse(InputStream stream) {
                try {
                    return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }
        };
        return MethodDescriptor.newBuilder(text, text).setType(type)
                .setFullMethodName(MethodDescriptor.generateFullMethodName("test.Service", name)).build();
    }

    private static ServerServiceDefinition service() {
        return ServerServiceDefinition.builder("test.Service")
                .addMethod(UNARY, ServerCalls.asyncUnaryCall(GrpcTest::unary))
                .addMethod(COUNT, ServerCalls.asyncServerStreamingCall((until, out) -> {
                    for (int i = 0; i < Integer.parseInt(until); i++) {
                        out.onNext(Integer.toString(i));
                    }
                    out.onCompleted();
                }))
                .addMethod(JOIN, ServerCalls.asyncClientStreamingCall(out -> new Observer(List.of()) {
                    @Override
                    public void onCompleted() {
                        out.onNext(String.join(",", got));
                        out.onCompleted();
                    }
                }))
                .addMethod(CHAT, ServerCalls.asyncBidiStreamingCall(out -> new Observer(List.of()) {
                    @Override
                    public void onNext(String value) {
                        out.onNext("re: " + value);
                    }

                    @Override
                    public void onCompleted() {
                        out.onCompleted();
                    }
                })).build();
    }

    private static void unary(String value, StreamObserver<String> out) {
        if (value.equals("fail")) {
            out.onError(Status.FAILED_PRECONDITION.withDescription("no, thanks").asRuntimeException());
        } else if (!value.equals("hang")) {
            out.onNext(value.toUpperCase(java.util.Locale.ROOT));
            out.onCompleted();
        }
    }

    private static class Observer implements StreamObserver<String> {
        final List<String> got;

        Observer(List<String> before) {
            got = new ArrayList<>(before);
        }

        @Override
        public void onNext(String value) {
            got.add(value);
        }

        @Override
        public void onError(Throwable e) {
            got.add(e.toString());
        }

        @Override
        public void onCompleted() {
            // nothing is owed
        }
    }

    @BeforeParameterizedClassInvocation
    static void start(int loops) throws IOException {
        server = NettyServerBuilder.forPort(0).addService(service()).maxConcurrentCallsPerConnection(20).build()
                .start();
        gateway = GatewayProcess.with(loops, """
                [listeners.web]
                listen = "127.0.0.1:@web@"

                [clusters.app]
                endpoints = ["127.0.0.1:%d"]
                http = { version = "2" }

                [plugins.compress]
                native-access = true

                [[routes]]
                name = "all"
                max-body = "0B"
                stages = [{ use = "compress", min-size = "1B" }]
                to = "app"
                """.formatted(server.getPort())).start();
        channel = NettyChannelBuilder.forAddress("127.0.0.1", gateway.port()).usePlaintext().build();
    }

    @AfterParameterizedClassInvocation
    static void stop() throws InterruptedException {
        channel.shutdownNow().awaitTermination(10, TimeUnit.SECONDS);
        try {
            gateway.close();
        } finally {
            server.shutdownNow().awaitTermination(10, TimeUnit.SECONDS);
        }
    }

    private static CallOptions soon() {
        return CallOptions.DEFAULT.withDeadlineAfter(20, TimeUnit.SECONDS);
    }

    @Test
    void unary() {
        assertEquals("HELLO", ClientCalls.blockingUnaryCall(channel, UNARY, soon(), "hello"));
        String large = "x".repeat(2_000_000);
        assertEquals(large.length(), ClientCalls.blockingUnaryCall(channel, UNARY, soon(), large).length());
    }

    /** gRPC has compression of its own, so that this one leaves its messages alone, whatever a client says. */
    @Test
    void besideCompression() {
        var fields = new Metadata();
        fields.put(Metadata.Key.of("accept-encoding", Metadata.ASCII_STRING_MARSHALLER), "gzip, br, zstd");
        Channel asking =
                ClientInterceptors.intercept(channel, MetadataUtils.newAttachHeadersInterceptor(fields));
        String text = "like and like ".repeat(1_000);
        assertEquals(text.toUpperCase(java.util.Locale.ROOT),
                ClientCalls.blockingUnaryCall(asking, UNARY, soon(), text));
        Iterator<String> numbers = ClientCalls.blockingServerStreamingCall(asking, COUNT, soon(), "1000");
        for (int i = 0; i < 1_000; i++) {
            assertEquals(Integer.toString(i), numbers.next());
        }
        assertFalse(numbers.hasNext());
        var failure = assertThrows(StatusRuntimeException.class,
                () -> ClientCalls.blockingUnaryCall(asking, UNARY, soon(), "fail"));
        assertEquals("no, thanks", failure.getStatus().getDescription());
        assertEquals(0, gateway.metric("chainless_compress_responses_total"));
    }

    @Test
    void statusInTrailers() {
        var failure = assertThrows(StatusRuntimeException.class,
                () -> ClientCalls.blockingUnaryCall(channel, UNARY, soon(), "fail"));
        assertEquals(Status.Code.FAILED_PRECONDITION, failure.getStatus().getCode());
        assertEquals("no, thanks", failure.getStatus().getDescription());
    }

    @Test
    void deadlines() {
        var failure = assertThrows(StatusRuntimeException.class, () -> ClientCalls.blockingUnaryCall(channel, UNARY,
                CallOptions.DEFAULT.withDeadlineAfter(300, TimeUnit.MILLISECONDS), "hang"));
        assertEquals(Status.Code.DEADLINE_EXCEEDED, failure.getStatus().getCode());
        assertEquals("AGAIN", ClientCalls.blockingUnaryCall(channel, UNARY, soon(), "again"));
    }

    @Test
    void serverStreams() {
        Iterator<String> numbers = ClientCalls.blockingServerStreamingCall(channel, COUNT, soon(), "20000");
        int expected = 0;
        while (numbers.hasNext()) {
            assertEquals(Integer.toString(expected++), numbers.next());
        }
        assertEquals(20_000, expected);
    }

    @Test
    void clientStreams() throws Exception {
        var answer = new CompletableFuture<String>();
        StreamObserver<String> out = ClientCalls.asyncClientStreamingCall(channel.newCall(JOIN, soon()),
                new Observer(List.of()) {
                    @Override
                    public void onCompleted() {
                        answer.complete(got.getFirst());
                    }
                });
        var expected = new ArrayList<String>();
        for (int i = 0; i < 5000; i++) {
            out.onNext("part" + i);
            expected.add("part" + i);
        }
        out.onCompleted();
        assertEquals(String.join(",", expected), answer.get(20, TimeUnit.SECONDS));
    }

    @Test
    void bothWays() throws InterruptedException {
        BlockingQueue<String> answers = new LinkedBlockingQueue<>();
        StreamObserver<String> out = ClientCalls.asyncBidiStreamingCall(channel.newCall(CHAT, soon()),
                new Observer(List.of()) {
                    @Override
                    public void onNext(String value) {
                        answers.add(value);
                    }

                    @Override
                    public void onCompleted() {
                        answers.add("end");
                    }
                });
        for (int i = 0; i < 100; i++) {
            out.onNext("m" + i);
            assertEquals("re: m" + i, answers.poll(20, TimeUnit.SECONDS));
        }
        out.onCompleted();
        assertEquals("end", answers.poll(20, TimeUnit.SECONDS));
    }

    /** The server takes 20 streams a connection: the gateway opens as many connections as it takes, and no more. */
    @Test
    void poolGrowsByStreams() throws Exception {
        List<CompletableFuture<String>> answers = new ArrayList<>();
        for (int i = 0; i < 70; i++) {
            var answer = new CompletableFuture<String>();
            answers.add(answer);
            ClientCalls.asyncUnaryCall(channel.newCall(UNARY, soon()), "v" + i, new Observer(List.of()) {
                @Override
                public void onNext(String value) {
                    answer.complete(value);
                }

                @Override
                public void onError(Throwable e) {
                    answer.completeExceptionally(e);
                }
            });
        }
        for (int i = 0; i < answers.size(); i++) {
            assertEquals("V" + i, answers.get(i).get(20, TimeUnit.SECONDS));
        }
        assertTrue(gateway.metric("chainless_upstream_connects_total") < 40, "a connection for each request");
    }
}
