package dev.chainless.tests;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Reads requests out of a stream as some server somewhere might: each way to be lenient is one of the choices. A stream
 * in which any two readers find other requests is one by which a request can be smuggled.
 *
 * @param bareLineFeeds a line feed alone ends a line
 * @param bareReturns a carriage return alone ends a line
 * @param lengthFirst Content-Length goes before Transfer-Encoding
 * @param lastLength of several Content-Length fields the last counts, else the first
 * @param looseNames what is no letter, digit or hyphen in a name is not there
 * @param looseCodings a coding that has "chunked" anywhere in it is chunked
 * @param folding a line that begins with a space goes on with the one before
 * @param looseSizes a chunk's size is what digits it begins with, a sign or 0x before them left out
 * @param extensionsUntilLineFeed a chunk's line ends with a line feed alone
 */
record LenientReader(boolean bareLineFeeds, boolean bareReturns, boolean lengthFirst, boolean lastLength,
        boolean looseNames, boolean looseCodings, boolean folding, boolean looseSizes,
        boolean extensionsUntilLineFeed) {

    /** {@return the strict reader, each choice alone, and all of them with each other} */
    static List<LenientReader> all() {
        List<LenientReader> readers = new ArrayList<>();
        for (int choices = 0; choices < 512; choices++) {
            readers.add(
                    new LenientReader((choices & 1) != 0, (choices & 2) != 0, (choices & 4) != 0, (choices & 8) != 0,
                            (choices & 16) != 0, (choices & 32) != 0, (choices & 64) != 0, (choices & 128) != 0,
                            (choices & 256) != 0));
        }
        return readers;
    }

    /** {@return the request lines found, and where each request ends; a last element says that something is left over} */
    List<String> requests(byte[] bytes) {
        String stream = new String(bytes, StandardCharsets.ISO_8859_1);
        List<String> found = new ArrayList<>();
        int at = 0;
        while (at < stream.length()) {
            int end;
            String first;
            try {
                var lines = new ArrayList<String>();
                int body = head(stream, at, lines);
                first = lines.getFirst();
                end = body(stream, body, lines);
            } catch (RuntimeException e) {
                found.add("left over at " + at);
                return found;
            }
            found.add(first + " until " + end);
            at = end;
        }
        return found;
    }

    private int head(String stream, int from, List<String> lines) {
        int at = from;
        while (true) {
            int[] end = lineEnd(stream, at);
            String line = stream.substring(at, end[0]);
            at = end[1];
            if (line.isEmpty() && !lines.isEmpty()) {
                return at;
            }
            if (folding && lines.size() > 1 && !line.isEmpty() && (line.charAt(0) == ' ' || line.charAt(0) == '\t')) {
                lines.set(lines.size() - 1, lines.getLast() + " " + line.strip());
            } else if (!line.isEmpty()) {
                lines.add(line);
            }
        }
    }

    private int[] lineEnd(String stream, int from) {
        for (int i = from; i < stream.length(); i++) {
            char c = stream.charAt(i);
            if (c == '\r' && i + 1 < stream.length() && stream.charAt(i + 1) == '\n') {
                return new int[] {i, i + 2};
            }
            if (c == '\n' && bareLineFeeds || c == '\r' && bareReturns) {
                return new int[] {i, i + 1};
            }
        }
        throw new IllegalStateException("no end of the line");
    }

    private int body(String stream, int from, List<String> lines) {
        String length = null;
        boolean chunked = false;
        for (String line : lines.subList(1, lines.size())) {
            int colon = line.indexOf(':');
            if (colon < 0) {
                continue;
            }
            String name = line.substring(0, colon).toLowerCase(Locale.ROOT);
            String value = line.substring(colon + 1).strip().toLowerCase(Locale.ROOT);
            if (looseNames) {
                name = name.replaceAll("[^a-z0-9-]", "");
            }
            if (name.equals("content-length") && (length == null || lastLength)) {
                length = value;
            }
            if (name.equals("transfer-encoding")) {
                chunked |= looseCodings ? value.contains("chunked") : value.equals("chunked");
            }
        }
        if (chunked && !(lengthFirst && length != null)) {
            return chunks(stream, from);
        }
        int end = length == null ? from : from + number(length, 10);
        if (end > stream.length()) {
            throw new IllegalStateException("the body is not whole");
        }
        return end;
    }

    private int chunks(String stream, int from) {
        int at = from;
        while (true) {
            int[] end = chunkLineEnd(stream, at);
            String line = stream.substring(at, end[0]);
            int semicolon = line.indexOf(';');
            int size = number(semicolon < 0 ? line : line.substring(0, semicolon), 16);
            at = end[1];
            if (size == 0) {
                while (true) {
                    end = lineEnd(stream, at);
                    boolean last = end[0] == at;
                    at = end[1];
                    if (last) {
                        return at;
                    }
                }
            }
            at += size;
            end = lineEnd(stream, at);
            if (end[0] != at) {
                throw new IllegalStateException("the chunk is longer than said");
            }
            at = end[1];
        }
    }

    private int[] chunkLineEnd(String stream, int from) {
        if (!extensionsUntilLineFeed) {
            return lineEnd(stream, from);
        }
        int end = stream.indexOf('\n', from);
        if (end < 0) {
            throw new IllegalStateException("no end of the line");
        }
        return new int[] {end > from && stream.charAt(end - 1) == '\r' ? end - 1 : end, end + 1};
    }

    private int number(String text, int radix) {
        if (!looseSizes) {
            if (!text.matches("[0-9a-fA-F]+")) {
                throw new IllegalStateException("no number");
            }
            return Integer.parseInt(text, radix);
        }
        String digits = text.strip().replaceFirst("^[+-]", "").replaceFirst("^0[xX]", "")
                .replaceFirst(radix == 16 ? "[^0-9a-fA-F].*" : "[^0-9].*", "");
        return Integer.parseInt(digits, radix);
    }
}
