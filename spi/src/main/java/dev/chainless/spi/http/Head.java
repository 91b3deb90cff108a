package dev.chainless.spi.http;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The head of a message, or its trailers: one block of bytes and an index into it.
 *
 * <p>The block holds the field lines one after another, {@code name: value CR LF}, as they came or as they were added;
 * the index has five ints for each. An edit marks a line as dead or appends one, so that the runs of lines between dead
 * ones can be written with one copy each. The start line is kept apart: method and target of a request, status of a
 * response. No {@code String} is made until someone asks for one. A codec of any version fills it alike.
 *
 * <p>Used on its exchange's loop only, and recycled with it: keep nothing of it past the exchange.
 */
public final class Head {
    /** {@link #contentLength()} of a body whose end is not known yet: chunked, framed, or up to the close. */
    public static final long UNKNOWN_LENGTH = -1;

    private static final int STRIDE = 5;
    private static final int HASH = 0;
    private static final int NAME = 1;
    private static final int NAME_LENGTH = 2;
    private static final int VALUE = 3;
    private static final int VALUE_LENGTH = 4;
    private static final int KEPT_BLOCK = 16 * 1024;
    private static final boolean[] VALUE_BYTE = valueBytes();

    private byte[] block = new byte[1024];
    private int[] index = new int[24 * STRIDE];
    private int count;
    private int end;
    private int version = 11;
    private int status;
    private String method = "GET";
    private byte @Nullable [] ownTarget;
    private int targetOffset;
    private int targetLength;
    private int pathLength;
    private byte @Nullable [] ownAuthority;
    private int authorityOffset;
    private int authorityLength;
    private boolean secure;
    private boolean upgrade;
    private long contentLength;

    /** Makes an empty head. */
    public Head() {}

    // ---- filled by codecs

    /**
     * Empties the head for its next message; a block that had to grow large is given up.
     */
    public void clear() {
        if (block.length > KEPT_BLOCK) {
            block = new byte[1024];
            index = new int[24 * STRIDE];
        }
        count = 0;
        end = 0;
        status = 0;
        method = "GET";
        version = 11;
        ownTarget = null;
        targetOffset = 0;
        targetLength = 0;
        pathLength = 0;
        ownAuthority = null;
        authorityOffset = 0;
        authorityLength = 0;
        secure = false;
        upgrade = false;
        contentLength = 0;
    }

    /**
     * {@return the block, with room for this many bytes; what it holds is kept} For codecs, which write the message as
     * received from index 0 on. The array is another one after the next call or edit.
     *
     * @param capacity in bytes
     */
    public byte[] block(int capacity) {
        if (block.length < capacity) {
            block = Arrays.copyOf(block, Math.max(capacity, block.length * 2));
        }
        return block;
    }

    /**
     * Indexes a field whose line stands in the block. Lines must follow each other without gaps.
     *
     * @param name where the name, and with it the line, begins
     * @param nameLength in bytes
     * @param value where the value begins, less white space around it
     * @param valueLength in bytes
     * @param hash of the name, by {@link FieldName#hash(byte[], int, int)}
     */
    public void index(int name, int nameLength, int value, int valueLength, int hash) {
        int at = count * STRIDE;
        if (at == index.length) {
            index = Arrays.copyOf(index, at * 2);
        }
        index[at + HASH] = hash;
        index[at + NAME] = name;
        index[at + NAME_LENGTH] = nameLength;
        index[at + VALUE] = value;
        index[at + VALUE_LENGTH] = valueLength;
        count++;
    }

    /**
     * Says where the lines end.
     *
     * @param offset just past the line feed of the last field line, or where the first one will stand
     */
    public void linesEnd(int offset) {
        end = offset;
    }

    /** {@return just past the last field line in the block} */
    public int linesEnd() {
        return end;
    }

    /**
     * Sets the version that the message came with.
     *
     * @param version 10, 11, 20 or 30
     */
    public void version(int version) {
        this.version = version;
    }

    /**
     * Sets the method.
     *
     * @param method a token; codecs give the constants of well-known ones
     */
    public void method(String method) {
        this.method = method;
    }

    /**
     * Says where in the block the target stands.
     *
     * @param offset of path and query, or of {@code *}
     * @param length of path and query
     * @param path the length of the path alone
     */
    public void target(int offset, int length, int path) {
        ownTarget = null;
        targetOffset = offset;
        targetLength = length;
        pathLength = path;
    }

    /**
     * Says where in the block the authority stands.
     *
     * @param offset of host and port
     * @param length of host and port, 0 if there is none
     */
    public void authority(int offset, int length) {
        ownAuthority = null;
        authorityOffset = offset;
        authorityLength = length;
    }

    /**
     * Sets whether the request came by TLS.
     *
     * @param secure true for https
     */
    public void secure(boolean secure) {
        this.secure = secure;
    }

    /**
     * Sets whether the request asks for another protocol on its connection, or the response agrees to.
     *
     * @param upgrade true if so
     */
    public void upgrade(boolean upgrade) {
        this.upgrade = upgrade;
    }

    /**
     * Sets the length of the body that follows.
     *
     * @param length in bytes, or {@link #UNKNOWN_LENGTH}
     */
    public void contentLength(long length) {
        contentLength = length;
    }

    // ---- start line

    /** {@return 10, 11, 20 or 30} */
    public int version() {
        return version;
    }

    /** {@return the method of a request} */
    public String method() {
        return method;
    }

    /** {@return the status of a response, 100 to 599; 0 in a request} */
    public int status() {
        return status;
    }

    /**
     * Sets the status of a response.
     *
     * @param status 100 to 599
     */
    public void status(int status) {
        this.status = status;
    }

    /** {@return whether the request came by TLS} */
    public boolean secure() {
        return secure;
    }

    /** {@return whether the message changes its connection to another protocol} */
    public boolean upgrade() {
        return upgrade;
    }

    /** {@return the length of the body in bytes, 0 if there is none, {@link #UNKNOWN_LENGTH} while not known} */
    public long contentLength() {
        return contentLength;
    }

    /** {@return path and query of a request, as received or set} */
    public String target() {
        return latin1(targetBytes(), targetOffset, targetLength);
    }

    /** {@return the path of a request, still percent-encoded} */
    public String path() {
        return latin1(targetBytes(), targetOffset, pathLength);
    }

    /** {@return what stands after the question mark of the target, null if there is none} */
    public @Nullable String query() {
        return targetLength == pathLength
                ? null
                : latin1(targetBytes(), targetOffset + pathLength + 1, targetLength - pathLength - 1);
    }

    /** {@return the array in which the target stands} */
    public byte[] targetBytes() {
        return ownTarget != null ? ownTarget : block;
    }

    /** {@return where the target stands in {@link #targetBytes()}} */
    public int targetOffset() {
        return targetOffset;
    }

    /** {@return the target's length in bytes} */
    public int targetLength() {
        return targetLength;
    }

    /** {@return the length in bytes of the target's path} */
    public int pathLength() {
        return pathLength;
    }

    /**
     * Replaces the target of a request.
     *
     * @param target begins with a slash; visible ASCII without {@code #}
     * @throws IllegalArgumentException if it is anything else
     */
    public void target(String target) {
        byte[] bytes = target.getBytes(StandardCharsets.ISO_8859_1);
        if (bytes.length == 0 || bytes[0] != '/') {
            throw new IllegalArgumentException("a target begins with \"/\"");
        }
        int path = bytes.length;
        for (int i = bytes.length - 1; i >= 0; i--) {
            if (bytes[i] <= ' ' || bytes[i] == 0x7f || bytes[i] == '#') {
                throw new IllegalArgumentException("a target is made of visible ASCII characters without \"#\"");
            }
            if (bytes[i] == '?') {
                path = i;
            }
        }
        ownTarget = bytes;
        targetOffset = 0;
        targetLength = bytes.length;
        pathLength = path;
    }

    /** {@return host and port as the client named them, empty if it did not} */
    public String authority() {
        return latin1(authorityBytes(), authorityOffset, authorityLength);
    }

    /** {@return the array in which the authority stands} */
    public byte[] authorityBytes() {
        return ownAuthority != null ? ownAuthority : block;
    }

    /** {@return where the authority stands in {@link #authorityBytes()}} */
    public int authorityOffset() {
        return authorityOffset;
    }

    /** {@return the authority's length in bytes} */
    public int authorityLength() {
        return authorityLength;
    }

    /**
     * Replaces the authority of a request, and with it the field {@code Host}.
     *
     * @param authority host and port
     */
    public void authority(String authority) {
        set(FieldName.HOST, authority);
        ownAuthority = authority.getBytes(StandardCharsets.ISO_8859_1);
        authorityOffset = 0;
        authorityLength = ownAuthority.length;
    }

    // ---- fields

    /**
     * {@return the place of the next live field of that name, -1 if there is none}
     *
     * @param name the name
     * @param from the first place to look at, 0 at first
     */
    public int find(FieldName name, int from) {
        int hash = name.hash();
        int limit = count * STRIDE;
        int[] fields = index;
        for (int at = from * STRIDE; at < limit; at += STRIDE) {
            if (fields[at] == hash && name.matches(block, fields[at + NAME], fields[at + NAME_LENGTH])) {
                return at / STRIDE;
            }
        }
        return -1;
    }

    /**
     * {@return whether there is a field of that name}
     *
     * @param name the name
     */
    public boolean contains(FieldName name) {
        return find(name, 0) >= 0;
    }

    /**
     * {@return the value of the first field of that name, null if there is none}
     *
     * @param name the name
     */
    public @Nullable String get(FieldName name) {
        int i = find(name, 0);
        return i < 0 ? null : value(i);
    }

    /**
     * {@return the values of all fields of that name with ", " between them (RFC 9110, section 5.3), null if none}
     *
     * @param name the name
     */
    public @Nullable String getAll(FieldName name) {
        String all = null;
        for (int i = find(name, 0); i >= 0; i = find(name, i + 1)) {
            all = all == null ? value(i) : all + ", " + value(i);
        }
        return all;
    }

    /** {@return the number of places, dead ones included} */
    public int places() {
        return count;
    }

    /**
     * {@return whether the field at that place has not been removed}
     *
     * @param place 0 to {@link #places()} - 1
     */
    public boolean live(int place) {
        return index[place * STRIDE] != 0;
    }

    /**
     * {@return the name at that place, as it is written there}
     *
     * @param place a live one
     */
    public String name(int place) {
        return latin1(block, index[place * STRIDE + NAME], index[place * STRIDE + NAME_LENGTH]);
    }

    /**
     * {@return the value at that place}
     *
     * @param place a live one
     */
    public String value(int place) {
        return latin1(block, valueOffset(place), valueLength(place));
    }

    /** {@return the block that offsets refer to; another array after an edit} */
    public byte[] bytes() {
        return block;
    }

    /**
     * {@return the hash of the name at that place, 0 where dead}
     *
     * @param place 0 to {@link #places()} - 1
     */
    public int hash(int place) {
        return index[place * STRIDE];
    }

    /**
     * {@return where the name at that place begins}
     *
     * @param place 0 to {@link #places()} - 1
     */
    public int nameOffset(int place) {
        return index[place * STRIDE + NAME];
    }

    /**
     * {@return the length in bytes of the name at that place}
     *
     * @param place 0 to {@link #places()} - 1
     */
    public int nameLength(int place) {
        return index[place * STRIDE + NAME_LENGTH];
    }

    /**
     * {@return where the value at that place begins}
     *
     * @param place 0 to {@link #places()} - 1
     */
    public int valueOffset(int place) {
        return index[place * STRIDE + VALUE];
    }

    /**
     * {@return the length in bytes of the value at that place}
     *
     * @param place 0 to {@link #places()} - 1
     */
    public int valueLength(int place) {
        return index[place * STRIDE + VALUE_LENGTH];
    }

    /**
     * Removes the field at that place.
     *
     * @param place 0 to {@link #places()} - 1
     */
    public void removeAt(int place) {
        index[place * STRIDE] = 0;
    }

    /**
     * Removes all fields of that name.
     *
     * @param name the name
     * @return whether there was one
     */
    public boolean remove(FieldName name) {
        boolean found = false;
        for (int i = find(name, 0); i >= 0; i = find(name, i + 1)) {
            removeAt(i);
            found = true;
        }
        return found;
    }

    /**
     * Appends a field.
     *
     * @param name its name
     * @param value its value
     * @throws IllegalArgumentException if the value has a character that no field value may have; nothing is changed
     */
    public void add(FieldName name, String value) {
        byte[] bytes = value.getBytes(StandardCharsets.ISO_8859_1);
        add(name, bytes, bytes.length);
    }

    /**
     * Appends a field.
     *
     * @param name its name
     * @param value holds the value, from its start on
     * @param length of the value in bytes
     * @throws IllegalArgumentException if the value has a character that no field value may have; nothing is changed
     */
    public void add(FieldName name, byte[] value, int length) {
        if (!isFieldValue(value, 0, length)) {
            throw new IllegalArgumentException(
                    "the value of " + name + " has a character that no field value may have");
        }
        int line = end;
        block(line + name.length() + length + 4);
        end = writeLine(block, line, name, value, length);
        index(line, name.length(), line + name.length() + 2, length, name.hash());
    }

    /**
     * Appends a prepared field.
     *
     * @param field the field
     */
    public void add(FieldLine field) {
        byte[] line = field.line();
        int at = end;
        block(at + line.length);
        System.arraycopy(line, 0, block, at, line.length);
        end = at + line.length;
        int name = field.name().length();
        index(at, name, at + name + 2, line.length - name - 4, field.name().hash());
    }

    /**
     * Sets a field: removes all of its name, then appends it.
     *
     * @param name its name
     * @param value its value
     * @throws IllegalArgumentException if the value has a character that no field value may have; nothing is changed
     */
    public void set(FieldName name, String value) {
        set(FieldLine.of(name, value));
    }

    /**
     * Sets a prepared field: removes all of its name, then appends it.
     *
     * @param field the field
     */
    public void set(FieldLine field) {
        remove(field.name());
        add(field);
    }

    /**
     * Makes this head a copy of another.
     *
     * @param other is not changed
     */
    public void copyFrom(Head other) {
        block(other.end);
        System.arraycopy(other.block, 0, block, 0, other.end);
        if (index.length < other.count * STRIDE) {
            index = new int[other.index.length];
        }
        System.arraycopy(other.index, 0, index, 0, other.count * STRIDE);
        count = other.count;
        end = other.end;
        version = other.version;
        status = other.status;
        method = other.method;
        ownTarget = other.ownTarget;
        targetOffset = other.targetOffset;
        targetLength = other.targetLength;
        pathLength = other.pathLength;
        ownAuthority = other.ownAuthority;
        authorityOffset = other.authorityOffset;
        authorityLength = other.authorityLength;
        secure = other.secure;
        upgrade = other.upgrade;
        contentLength = other.contentLength;
    }

    /** {@return an upper bound for what {@link #writeFields} writes, in bytes} */
    public int fieldsLength() {
        return count == 0 ? 0 : end - index[NAME];
    }

    /**
     * Writes all live fields as HTTP/1.1 lines, a copy for each run of lines between removed ones.
     *
     * @param out has room for {@link #fieldsLength()} bytes
     */
    public void writeFields(ByteBuf out) {
        int run = -1;
        for (int at = 0, limit = count * STRIDE; at < limit; at += STRIDE) {
            if (index[at] == 0) {
                if (run >= 0) {
                    out.writeBytes(block, run, index[at + NAME] - run);
                    run = -1;
                }
            } else if (run < 0) {
                run = index[at + NAME];
            }
        }
        if (run >= 0) {
            out.writeBytes(block, run, end - run);
        }
    }

    /** {@return the head as text, for tests and debugging; values may be secret, so never log it} */
    @Override
    public String toString() {
        var text = new StringBuilder(status == 0 ? method + " " + target() : Integer.toString(status)).append('\n');
        for (int i = 0; i < count; i++) {
            if (live(i)) {
                text.append(name(i)).append(": ").append(value(i)).append('\n');
            }
        }
        return text.toString();
    }

    /**
     * {@return whether these bytes may be a field value: visible characters, spaces, tabs and bytes above 0x7f (RFC
     * 9110, section 5.5)}
     *
     * @param bytes holds them
     * @param offset of the first
     * @param length the number of bytes
     */
    public static boolean isFieldValue(byte[] bytes, int offset, int length) {
        for (int i = offset; i < offset + length; i++) {
            if (!VALUE_BYTE[bytes[i] & 0xff]) {
                return false;
            }
        }
        return true;
    }

    static int writeLine(byte[] target, int at, FieldName name, byte[] value, int length) {
        name.copyTo(target, at);
        int next = at + name.length();
        target[next++] = ':';
        target[next++] = ' ';
        System.arraycopy(value, 0, target, next, length);
        next += length;
        target[next++] = '\r';
        target[next++] = '\n';
        return next;
    }

    private static String latin1(byte[] bytes, int offset, int length) {
        return new String(bytes, offset, length, StandardCharsets.ISO_8859_1);
    }

    private static boolean[] valueBytes() {
        boolean[] allowed = new boolean[256];
        Arrays.fill(allowed, ' ', 256, true);
        allowed['\t'] = true;
        allowed[0x7f] = false;
        return allowed;
    }
}
