package dev.chainless.plugin.compress;

import dev.chainless.spi.http.FieldName;
import dev.chainless.spi.http.Head;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * How much a client likes each coding, in thousandths (RFC 9110, section 12.5.3). A member that cannot be read counts as
 * not there; of two about the same coding the one that likes it less counts.
 */
@SuppressWarnings("EnumOrdinal") // of a coding: where it stands in an array of all of them
final class AcceptEncoding {
    private static final int UNSAID = -1;
    private static final int WHOLE = 1000;

    private final int[] weights = new int[Coding.values().length];
    private int any = UNSAID;
    private int identity = UNSAID;

    private AcceptEncoding() {
        Arrays.fill(weights, UNSAID);
    }

    /**
     * {@return the coding that a client likes best, null for none}
     *
     * @param request says what it likes; one that says nothing may not understand any coding
     * @param offered in the order that decides where the client likes several alike
     */
    static @Nullable Coding best(Head request, List<Coding> offered) {
        int place = request.find(FieldName.ACCEPT_ENCODING, 0);
        if (place < 0) {
            return null;
        }
        var accepted = new AcceptEncoding();
        for (; place >= 0; place = request.find(FieldName.ACCEPT_ENCODING, place + 1)) {
            int from = request.valueOffset(place);
            accepted.read(request.bytes(), from, from + request.valueLength(place));
        }
        return accepted.best(offered);
    }

    private @Nullable Coding best(List<Coding> offered) {
        Coding best = null;
        // A coding has to be liked at all, and no less than none.
        int most = Math.max(identity, 1) - 1;
        for (int i = 0; i < offered.size(); i++) {
            Coding coding = offered.get(i);
            int weight = weights[coding.ordinal()] == UNSAID ? any : weights[coding.ordinal()];
            if (weight > most) {
                most = weight;
                best = coding;
            }
        }
        return best;
    }

    private void read(byte[] bytes, int from, int to) {
        int begin = from;
        for (int i = from; i <= to; i++) {
            if (i == to || bytes[i] == ',') {
                member(bytes, begin, i);
                begin = i + 1;
            }
        }
    }

    private void member(byte[] bytes, int begin, int end) {
        int from = ListedValue.skipSpace(bytes, begin, end);
        int to = from;
        while (to < end && FieldName.isToken(bytes[to])) {
            to++;
        }
        int weight = weight(bytes, ListedValue.skipSpace(bytes, to, end), end);
        if (to == from || weight < 0) {
            return;
        }
        String name = new String(bytes, from, to - from, StandardCharsets.ISO_8859_1).toLowerCase(Locale.ROOT);
        switch (name) {
            case "*" -> any = lesser(any, weight);
            case "identity" -> identity = lesser(identity, weight);
            default -> {
                Coding coding = Coding.named(name);
                if (coding != null) {
                    weights[coding.ordinal()] = lesser(weights[coding.ordinal()], weight);
                }
            }
        }
    }

    private static int lesser(int before, int weight) {
        return before == UNSAID ? weight : Math.min(before, weight);
    }

    /** {@return thousandths, below 0 if the rest of a member is not {@code ;q=}, a number and nothing else} */
    private static int weight(byte[] bytes, int from, int to) {
        if (from == to) {
            return WHOLE;
        }
        int at = bytes[from] == ';' ? ListedValue.skipSpace(bytes, from + 1, to) : to;
        if (to - at < 3 || (bytes[at] | 0x20) != 'q' || bytes[at + 1] != '=') {
            return -1;
        }
        int end = to;
        while (ListedValue.isSpace(bytes[end - 1])) {
            end--;
        }
        return thousandths(bytes, at + 2, end);
    }

    private static int thousandths(byte[] bytes, int from, int to) {
        int length = to - from;
        if (length < 1 || length > 5 || bytes[from] < '0' || bytes[from] > '1'
                || (length > 1 && bytes[from + 1] != '.')) {
            return -1;
        }
        int weight = bytes[from] - '0';
        for (int i = from + 2; i < from + 5; i++) {
            int digit = i < to ? bytes[i] - '0' : 0;
            if (digit < 0 || digit > 9) {
                return -1;
            }
            weight = weight * 10 + digit;
        }
        return weight <= WHOLE ? weight : -1;
    }
}
