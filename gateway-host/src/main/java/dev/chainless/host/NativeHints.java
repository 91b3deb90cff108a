package dev.chainless.host;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Set;

/**
 * Whether a class is worth a closer look for native code ({@link NativeScan}): it has a name of interest in its constant
 * pool, or a native method. Most classes have neither. A plain walk over the bytes, since a first start of the gateway looks
 * at all of its plugins while nothing is compiled yet: parsing all classes made that 90 ms longer, this 45 ms.
 */
final class NativeHints {
    /** Of restricted methods. */
    private static final Set<String> NAMES = names();
    private static final long LENGTHS =
            NAMES.stream().mapToLong(name -> 1L << name.length()).reduce(0, (a, b) -> a | b);
    private static final long LETTERS = NAMES.stream().mapToLong(name -> 1L << (name.charAt(0) - 'a')).reduce(0,
            (a, b) -> a | b);
    private static final int ACC_NATIVE = 0x0100;

    private final ByteBuffer in;

    private NativeHints(byte[] content) {
        this.in = ByteBuffer.wrap(content);
    }

    private static Set<String> names() {
        Set<String> names = new HashSet<>();
        NativeScan.RESTRICTED.values().forEach(names::addAll);
        return Set.copyOf(names);
    }

    /** {@return whether a class has to be parsed} True also of what is no class. */
    static boolean in(byte[] content) {
        try {
            var hints = new NativeHints(content);
            return hints.inPool() || hints.inMethods();
        } catch (ArithmeticException | IndexOutOfBoundsException | IllegalArgumentException
                | java.nio.BufferUnderflowException e) {
            return true;
        }
    }

    /** JVMS 4.4. */
    private boolean inPool() {
        if (in.getInt() != 0xCAFEBABE) {
            return true;
        }
        skip(4);
        int entries = u2();
        for (int i = 1; i < entries; i++) {
            switch (in.get()) {
                case 1 -> {
                    int length = u2();
                    if (isOfInterest(in.position(), length)) {
                        return true;
                    }
                    skip(length);
                }
                case 7, 8, 16, 19, 20 -> skip(2);
                case 15 -> skip(3);
                case 3, 4, 9, 10, 11, 12, 17, 18 -> skip(4);
                case 5, 6 -> {
                    skip(8);
                    i++;
                }
                default -> {
                    return true;
                }
            }
        }
        return false;
    }

    private boolean isOfInterest(int at, int length) {
        if (length < 4) {
            return false;
        }
        int letter = in.get(at) - 'a';
        if (letter == '[' - 'a') {
            int type = at;
            while (type < at + length && in.get(type) == '[') {
                type++;
            }
            return type + 4 < at + length && in.get(type) == 'L' && isOfInterest(type + 1, at + length - type - 1);
        }
        if (begins(at, 's', 'u', 'n') || begins(at, 'j', 'd', 'k')) {
            return true;
        }
        return length < Long.SIZE && ((LENGTHS >> length) & 1) != 0 && letter >= 0 && letter < 26
                && ((LETTERS >> letter) & 1) != 0
                && NAMES.contains(new String(in.array(), at, length, StandardCharsets.ISO_8859_1));
    }

    private boolean begins(int at, char first, char second, char third) {
        return in.get(at) == first && in.get(at + 1) == second && in.get(at + 2) == third;
    }

    /** JVMS 4.1, 4.5 to 4.7. */
    private boolean inMethods() {
        skip(6);
        skip(2 * u2());
        var _ = nativeMembers(); // the fields, of which the flag says nothing
        return nativeMembers();
    }

    private boolean nativeMembers() {
        boolean isNative = false;
        for (int left = u2(); left > 0; left--) {
            isNative |= (u2() & ACC_NATIVE) != 0;
            skip(4);
            for (int attributes = u2(); attributes > 0; attributes--) {
                skip(2);
                skip(in.getInt());
            }
        }
        return isNative;
    }

    private int u2() {
        return in.getShort() & 0xFFFF;
    }

    private void skip(int bytes) {
        in.position(Math.addExact(in.position(), Math.max(bytes, 0))); // never back: the walk has to end
    }
}
