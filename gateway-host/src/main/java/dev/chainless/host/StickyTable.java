package dev.chainless.host;

import dev.chainless.spi.http.FieldLine;
import dev.chainless.spi.http.FieldName;
import dev.chainless.spi.http.Head;
import dev.chainless.spi.http.NamedValues;
import java.util.List;

/**
 * The endpoints that cookies name, of one choice: those of which a client's cookie is believed. Made off the loops; immutable.
 */
final class StickyTable {
    private final String cookie;
    private final Tier[] tiers;
    /** By tier, the number of its first endpoint. */
    private final int[] firsts;
    /** By endpoint, in the order of the tiers. */
    private final FieldLine[] plain;
    private final FieldLine[] secure;
    /** Open addressing by a tag's first bytes, which are as good as chance: nobody without the key can choose them. */
    private final byte[][] tags;
    private final int[] owners;

    /**
     * Computes what names each endpoint.
     *
     * @param tiers of a choice
     */
    StickyTable(Sticky sticky, List<Tier> tiers) {
        this.cookie = sticky.config().cookie();
        this.tiers = tiers.toArray(Tier[]::new);
        this.firsts = new int[tiers.size()];
        int count = 0;
        for (int i = 0; i < tiers.size(); i++) {
            firsts[i] = count;
            count += tiers.get(i).members().size();
        }
        this.plain = new FieldLine[count];
        this.secure = new FieldLine[count];
        int places = Integer.highestOneBit(count * sticky.keys().size() + 1) * 4;
        this.tags = new byte[places][];
        this.owners = new int[places];
        int at = 0;
        for (Tier tier : tiers) {
            for (Member member : tier.members()) {
                List<byte[]> names = sticky.tags(member.endpoint().authority());
                plain[at] = sticky.line(names.getFirst(), false);
                secure[at] = sticky.line(names.getFirst(), true);
                for (byte[] tag : names) {
                    enter(tag, at);
                }
                at++;
            }
        }
    }

    private void enter(byte[] tag, int endpoint) {
        int place = place(tag, 0);
        while (tags[place] != null) {
            place = (place + 1) & (tags.length - 1);
        }
        tags[place] = tag;
        owners[place] = endpoint;
    }

    private int place(byte[] bytes, int offset) {
        int hash = 0;
        for (int i = 0; i < 8; i++) {
            hash = hash * 31 + bytes[offset + i];
        }
        return (hash ^ (hash >>> 15)) & (tags.length - 1);
    }

    /** {@return the number of the endpoint that a request's cookie names, -1 if none} On any loop. */
    int find(Head request) {
        for (int at = request.find(FieldName.COOKIE, 0); at >= 0; at = request.find(FieldName.COOKIE, at + 1)) {
            int from = request.valueOffset(at);
            int found = find(request.bytes(), from, from + request.valueLength(at));
            if (found >= 0) {
                return found;
            }
        }
        return -1;
    }

    private int find(byte[] bytes, int from, int to) {
        int value = NamedValues.find(cookie, bytes, from, to, ';');
        while (value >= 0) {
            int end = NamedValues.end(bytes, value, to, ';');
            if (end - value == Sticky.TAG_LENGTH) {
                return owner(bytes, value);
            }
            value = NamedValues.find(cookie, bytes, end + 1, to, ';');
        }
        return -1;
    }

    private int owner(byte[] bytes, int offset) {
        int place = place(bytes, offset);
        while (tags[place] != null) {
            if (isSame(tags[place], bytes, offset)) {
                return owners[place];
            }
            place = (place + 1) & (tags.length - 1);
        }
        return -1;
    }

    /** Compares all bytes, whichever differs first, so that time tells nothing of a tag. */
    private static boolean isSame(byte[] tag, byte[] bytes, int offset) {
        int difference = 0;
        for (int i = 0; i < Sticky.TAG_LENGTH; i++) {
            difference |= tag[i] ^ bytes[offset + i];
        }
        return difference == 0;
    }

    /** {@return the tier of an endpoint} */
    Tier tier(int endpoint) {
        return tiers[tierOf(endpoint)];
    }

    /** {@return the index of an endpoint in its tier} */
    int member(int endpoint) {
        return endpoint - firsts[tierOf(endpoint)];
    }

    private int tierOf(int endpoint) {
        int tier = firsts.length - 1;
        while (firsts[tier] > endpoint) {
            tier--;
        }
        return tier;
    }

    /** {@return the field by which a response names its endpoint} */
    FieldLine line(Tier among, int member, boolean overTls) {
        int tier = 0;
        while (!tiers[tier].equals(among)) {
            tier++;
        }
        return (overTls ? secure : plain)[firsts[tier] + member];
    }
}
