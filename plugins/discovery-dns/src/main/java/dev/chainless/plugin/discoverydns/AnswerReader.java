package dev.chainless.plugin.discoverydns;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.handler.codec.dns.DefaultDnsRecordDecoder;
import io.netty.handler.codec.dns.DnsRawRecord;
import io.netty.handler.codec.dns.DnsRecordType;
import io.netty.handler.codec.dns.DnsResponse;
import io.netty.handler.codec.dns.DnsResponseCode;
import io.netty.handler.codec.dns.DnsSection;
import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads the answers to one question, and follows its aliases over as many messages as they take. */
final class AnswerReader {
    private static final int MOST_ALIASES = 16;
    private static final int INTERNET = 1;

    private final Question question;
    private final int mostRecords;
    private String name;
    private int aliases;
    private long ttl = Integer.MAX_VALUE;

    AnswerReader(Question question, int mostRecords) {
        this.question = question;
        this.mostRecords = mostRecords;
        this.name = question.name();
    }

    /** {@return what is to be asked now} */
    Question question() {
        return new Question(name, question.type());
    }

    /** {@return what a message says} */
    Answer read(DnsResponse response) {
        DnsResponseCode code = response.code();
        if (response.isTruncated()) {
            return new Answer.Failed("has more to say than it could");
        }
        if (code.equals(DnsResponseCode.NXDOMAIN)) {
            return new Answer.Nothing("there is no such name");
        }
        if (!code.equals(DnsResponseCode.NOERROR)) {
            return new Answer.Failed("answered " + code);
        }
        try {
            return follow(response);
        } catch (RuntimeException e) {
            return new Answer.Failed("answered what makes no sense: " + e.getMessage());
        }
    }

    private Answer follow(DnsResponse response) {
        List<DnsRawRecord> records = records(response);
        String at = name;
        int hops = aliases;
        long least = ttl;
        while (true) {
            List<Datum> data = new ArrayList<>();
            DnsRawRecord alias = null;
            for (DnsRawRecord record : records) {
                if (!Question.canonical(record.name()).equals(at)) {
                    continue;
                }
                Datum datum = record.type().equals(question.type()) ? datum(record.content().duplicate()) : null;
                if (datum != null) {
                    data.add(datum);
                    least = Math.min(least, record.timeToLive());
                } else if (record.type().equals(DnsRecordType.CNAME)) {
                    alias = record;
                }
            }
            if (!data.isEmpty()) {
                List<Datum> all = data.stream().distinct().sorted(Datum.ORDER).toList();
                List<Datum> taken = all.subList(0, Math.min(mostRecords, all.size()));
                return new Answer.Found(taken, least, all.size() - taken.size());
            }
            if (alias == null) {
                break;
            }
            if (++hops > MOST_ALIASES) {
                return new Answer.Failed("has more than " + MOST_ALIASES + " aliases, or they go in a circle");
            }
            at = Question.canonical(DefaultDnsRecordDecoder.decodeName(alias.content().duplicate()));
            least = Math.min(least, alias.timeToLive());
        }
        if (hops > aliases) {
            name = at;
            aliases = hops;
            ttl = least;
            return new Answer.Elsewhere();
        }
        if (!response.isRecursionAvailable() && !response.isAuthoritativeAnswer()) {
            return new Answer.Failed("does not know, and does not ask others");
        }
        return new Answer.Nothing("the name has no such record");
    }

    private static List<DnsRawRecord> records(DnsResponse response) {
        List<DnsRawRecord> records = new ArrayList<>();
        for (int i = 0; i < response.count(DnsSection.ANSWER); i++) {
            if (response.recordAt(DnsSection.ANSWER, i) instanceof DnsRawRecord record
                    && record.dnsClass() == INTERNET) {
                records.add(record);
            }
        }
        return records;
    }

    private @Nullable Datum datum(ByteBuf content) {
        return question.type().equals(DnsRecordType.SRV) ? service(content) : address(content);
    }

    private Datum address(ByteBuf content) {
        int length = question.type().equals(DnsRecordType.A) ? 4 : 16;
        if (content.readableBytes() != length) {
            throw new IllegalArgumentException("an address of " + content.readableBytes() + " bytes");
        }
        try {
            return new Datum.Address(NetUtil.toAddressString(InetAddress.getByAddress(ByteBufUtil.getBytes(content))));
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException(e); // cannot be with 4 or 16 bytes
        }
    }

    private static @Nullable Datum service(ByteBuf content) {
        int priority = content.readUnsignedShort();
        int weight = content.readUnsignedShort();
        int port = content.readUnsignedShort();
        String target = Question.canonical(DefaultDnsRecordDecoder.decodeName(content));
        // RFC 2782: "." as the target says that the service is decidedly not there.
        return target.equals(".") || port == 0 ? null : new Datum.Service(priority, weight, port, target);
    }
}
