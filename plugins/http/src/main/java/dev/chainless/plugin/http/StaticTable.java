package dev.chainless.plugin.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.chainless.spi.http.FieldName;
import java.util.Arrays;

/**
 * Fields that both sides of a field compression know beforehand. Entries are kept as the lines of a {@link
 * dev.chainless.spi.http.Head}, so that one is passed on with one copy. Immutable.
 */
final class StaticTable {
    /** RFC 7541, appendix A: indexed from 1. */
    static final StaticTable HPACK = new StaticTable(1, """
            :authority
            :method GET
            :method POST
            :path /
            :path /index.html
            :scheme http
            :scheme https
            :status 200
            :status 204
            :status 206
            :status 304
            :status 400
            :status 404
            :status 500
            accept-charset
            accept-encoding gzip, deflate
            accept-language
            accept-ranges
            accept
            access-control-allow-origin
            age
            allow
            authorization
            cache-control
            content-disposition
            content-encoding
            content-language
            content-length
            content-location
            content-range
            content-type
            cookie
            date
            etag
            expect
            expires
            from
            host
            if-match
            if-modified-since
            if-none-match
            if-range
            if-unmodified-since
            last-modified
            link
            location
            max-forwards
            proxy-authenticate
            proxy-authorization
            range
            referer
            refresh
            retry-after
            server
            set-cookie
            strict-transport-security
            transfer-encoding
            user-agent
            vary
            via
            www-authenticate""");

    /** RFC 9204, appendix A: indexed from 0. */
    static final StaticTable QPACK = new StaticTable(0, """
            :authority
            :path /
            age 0
            content-disposition
            content-length 0
            cookie
            date
            etag
            if-modified-since
            if-none-match
            last-modified
            link
            location
            referer
            set-cookie
            :method CONNECT
            :method DELETE
            :method GET
            :method HEAD
            :method OPTIONS
            :method POST
            :method PUT
            :scheme http
            :scheme https
            :status 103
            :status 200
            :status 304
            :status 404
            :status 503
            accept */*
            accept application/dns-message
            accept-encoding gzip, deflate, br
            accept-ranges bytes
            access-control-allow-headers cache-control
            access-control-allow-headers content-type
            access-control-allow-origin *
            cache-control max-age=0
            cache-control max-age=2592000
            cache-control max-age=604800
            cache-control no-cache
            cache-control no-store
            cache-control public, max-age=31536000
            content-encoding br
            content-encoding gzip
            content-type application/dns-message
            content-type application/javascript
            content-type application/json
            content-type application/x-www-form-urlencoded
            content-type image/gif
            content-type image/jpeg
            content-type image/png
            content-type text/css
            content-type text/html; charset=utf-8
            content-type text/plain
            content-type text/plain;charset=utf-8
            range bytes=0-
            strict-transport-security max-age=31536000
            strict-transport-security max-age=31536000; includesubdomains
            strict-transport-security max-age=31536000; includesubdomains; preload
            vary accept-encoding
            vary origin
            x-content-type-options nosniff
            x-xss-protection 1; mode=block
            :status 100
            :status 204
            :status 206
            :status 302
            :status 400
            :status 403
            :status 421
            :status 425
            :status 500
            accept-language
            access-control-allow-credentials FALSE
            access-control-allow-credentials TRUE
            access-control-allow-headers *
            access-control-allow-methods get
            access-control-allow-methods get, post, options
            access-control-allow-methods options
            access-control-expose-headers content-length
            access-control-request-headers content-type
            access-control-request-method get
            access-control-request-method post
            alt-svc clear
            authorization
            content-security-policy script-src 'none'; object-src 'none'; base-uri 'none'
            early-data 1
            expect-ct
            forwarded
            if-range
            origin
            purpose prefetch
            server
            timing-allow-origin *
            upgrade-insecure-requests 1
            user-agent
            x-forwarded-for
            x-frame-options deny
            x-frame-options sameorigin""");

    /** The largest index. */
    final int last;
    final byte[] lines;
    private final int base;
    private final int[] starts;
    private final int[] nameLengths;
    private final int[] valueLengths;
    private final int[] hashes;
    private final byte[] kinds;
    /** The next index of the same name, -1 for none. */
    private final int[] nexts;
    /** Open addressing by a name's hash: the first entry of the name, counted from 1; 0 for none. */
    private final int[] slots = new int[256];

    private StaticTable(int base, String text) {
        String[] entries = text.lines().toArray(String[]::new);
        this.base = base;
        this.last = base + entries.length - 1;
        this.starts = new int[entries.length];
        this.nameLengths = new int[entries.length];
        this.valueLengths = new int[entries.length];
        this.hashes = new int[entries.length];
        this.kinds = new byte[entries.length];
        this.nexts = new int[entries.length];
        var all = new StringBuilder();
        for (int i = 0; i < entries.length; i++) {
            int space = entries[i].indexOf(' ');
            String name = space < 0 ? entries[i] : entries[i].substring(0, space);
            String value = space < 0 ? "" : entries[i].substring(space + 1);
            starts[i] = all.length();
            nameLengths[i] = name.length();
            valueLengths[i] = value.length();
            all.append(name).append(": ").append(value).append("\r\n");
        }
        this.lines = all.toString().getBytes(ISO_8859_1);
        for (int i = entries.length - 1; i >= 0; i--) {
            hashes[i] = FieldName.hash(lines, starts[i], nameLengths[i]);
            kinds[i] = (byte) FieldSection.kind(lines, starts[i], nameLengths[i], hashes[i]);
            int slot = slot(i);
            nexts[i] = slots[slot] == 0 ? -1 : slots[slot] - 1 + base;
            slots[slot] = i + 1;
        }
    }

    /** {@return the slot where an entry's name lies, or is to lie; a name's first entry is put there last} */
    private int slot(int entry) {
        int slot = (hashes[entry] * 0x9e3779b1) >>> 24;
        while (slots[slot] != 0 && !sameName(slots[slot] - 1, lines, starts[entry], nameLengths[entry])) {
            slot = (slot + 1) & 0xff;
        }
        return slot;
    }

    int start(int index) {
        return starts[index - base];
    }

    int nameLength(int index) {
        return nameLengths[index - base];
    }

    int valueLength(int index) {
        return valueLengths[index - base];
    }

    int hash(int index) {
        return hashes[index - base];
    }

    int kind(int index) {
        return kinds[index - base];
    }

    /**
     * {@return the first index with a name, -1 if there is none}
     *
     * @param bytes holds the name, of token characters in any case
     * @param hash of the name
     */
    int find(byte[] bytes, int offset, int length, int hash) {
        int slot = (hash * 0x9e3779b1) >>> 24;
        for (int entry = slots[slot] - 1; entry >= 0; entry = slots[slot] - 1) {
            if (hashes[entry] == hash && sameName(entry, bytes, offset, length)) {
                return entry + base;
            }
            slot = (slot + 1) & 0xff;
        }
        return -1;
    }

    /** {@return the next index of the same name, -1 if there is none} */
    int next(int index) {
        return nexts[index - base];
    }

    /** {@return whether the entry's value is this} */
    boolean hasValue(int index, byte[] bytes, int offset, int length) {
        int i = index - base;
        int from = starts[i] + nameLengths[i] + 2;
        return Arrays.equals(lines, from, from + valueLengths[i], bytes, offset, offset + length);
    }

    private boolean sameName(int entry, byte[] bytes, int offset, int length) {
        if (nameLengths[entry] != length) {
            return false;
        }
        int from = starts[entry];
        for (int i = 0; i < length; i++) {
            // A pseudo-field's colon is no token character: it only equals itself.
            if (lines[from + i] != bytes[offset + i]
                    && (Octets.token(bytes[offset + i]) == 0
                            || Octets.token(lines[from + i]) != Octets.token(bytes[offset + i]))) {
                return false;
            }
        }
        return true;
    }
}
