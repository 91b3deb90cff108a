package dev.chainless.host;

import java.io.IOException;
import java.io.InputStream;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.MethodModel;
import java.lang.classfile.constantpool.ClassEntry;
import java.lang.classfile.constantpool.MemberRefEntry;
import java.lang.classfile.constantpool.PoolEntry;
import java.lang.classfile.constantpool.StringEntry;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.zip.ZipFile;
import org.jspecify.annotations.Nullable;

/**
 * Refuses a plugin whose classes declare, load or call native code, before any of them is defined: past that, the JVM only
 * warns. What a class can call stands in its constant pool, a method reference as well as a call, so that no code is
 * looked at.
 *
 * <p>Unseen is what a class finds out at run time: calls by reflection under a name that it puts together, classes that it
 * makes itself. Of calls the JVM still warns. This keeps out what does not hide; whom one does not trust, one does not load
 * at all ({@link PluginTrust}).
 */
final class NativeScan {
    /** What a verdict depends on beside the jars: which classes of them this JVM would load, and the rules below. */
    static final String RULES = "1-" + Runtime.version().feature();

    /** The methods that the JDK restricts. */
    static final Map<String, Set<String>> RESTRICTED = Map.ofEntries(
            Map.entry("java/lang/System", Set.of("load", "loadLibrary")),
            Map.entry("java/lang/Runtime", Set.of("load", "loadLibrary")),
            Map.entry("java/lang/ModuleLayer$Controller", Set.of("enableNativeAccess")),
            Map.entry("java/lang/foreign/Linker", Set.of("downcallHandle", "upcallStub")),
            Map.entry("java/lang/foreign/SymbolLookup", Set.of("libraryLookup")),
            Map.entry("java/lang/foreign/MemorySegment", Set.of("reinterpret")),
            Map.entry("java/lang/foreign/AddressLayout", Set.of("withTargetLayout")));

    private static final String UNSAFE = "sun/misc/Unsafe";
    private static final String INTERNAL = "jdk/internal/";
    /** By which reflection finds it, what libraries do that get along without. */
    private static final Set<String> UNSAFE_NAMES = Set.of("sun.misc.Unsafe", "jdk.internal.misc.Unsafe");
    /** Far above what compilers write: a constant pool and 65,535 methods are the most that there is to look at. */
    private static final int MAX_CLASS = 16 << 20;
    private static final long MAX_ALL = 1L << 30;

    private final Path place;
    private final String plugin;
    private long bytes;

    private NativeScan(Path place, String plugin) {
        this.place = place;
        this.plugin = plugin;
    }

    /**
     * Looks at all classes of a plugin that this JVM could load.
     *
     * @param copy the private copy
     * @param place where it came from, for the message
     * @param plugin its name, for the message
     * @throws StartException at the first class that needs native access, or that is none
     */
    static void refuse(PluginStore.Copy copy, Path place, String plugin) {
        var scan = new NativeScan(place, plugin);
        for (Path jar : copy.jars()) {
            scan.jar(jar);
        }
    }

    private void jar(Path jar) {
        try (var file = new JarFile(jar.toFile(), false, ZipFile.OPEN_READ, Runtime.version())) {
            List<JarEntry> classes =
                    file.versionedStream().filter(entry -> entry.getName().endsWith(".class")).toList();
            for (JarEntry entry : classes) {
                String found = found(jar, entry.getName(), read(file, entry));
                if (found != null) {
                    throw new StartException(shown(jar) + " is refused: its class "
                            + entry.getName().replaceAll("\\.class$", "").replace('/', '.') + " " + found
                            + ", and native code is only for plugins to which it is granted; to do that, write "
                            + "native-access = true in [plugins." + plugin + "]");
                }
            }
        } catch (IOException e) {
            throw new StartException(place + " cannot be read: " + PluginJars.reason(e));
        }
    }

    private Path shown(Path jar) {
        return place.toString().endsWith(".jar") ? place : place.resolve(jar.getFileName());
    }

    private byte[] read(JarFile file, JarEntry entry) throws IOException {
        try (InputStream in = file.getInputStream(entry)) {
            byte[] content = in.readNBytes(MAX_CLASS + 1);
            bytes += content.length;
            if (content.length > MAX_CLASS || bytes > MAX_ALL) {
                throw new StartException(
                        place + " is refused: its classes are too large to be looked at for native code,"
                                + " at " + entry.getName() + "; the most is 16 MiB for one and 1 GiB for all");
            }
            return content;
        }
    }

    private @Nullable String found(Path jar, String entry, byte[] content) {
        try {
            return NativeHints.in(content) ? found(ClassFile.of().parse(content)) : null;
        } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
            throw new StartException(shown(jar) + " is refused: " + entry + " is no class file that Java "
                    + Runtime.version().feature() + " can read");
        }
    }

    /** {@return what a class does that needs native access, null if it does nothing of that kind} */
    static @Nullable String found(ClassModel model) {
        for (PoolEntry entry : model.constantPool()) {
            String found = switch (entry.tag()) { // by number: a switch of patterns spins classes, at a start
                case PoolEntry.TAG_METHODREF, PoolEntry.TAG_INTERFACE_METHODREF -> restricted((MemberRefEntry) entry);
                case PoolEntry.TAG_CLASS -> internal(((ClassEntry) entry).name().stringValue());
                case PoolEntry.TAG_STRING -> text(((StringEntry) entry).stringValue());
                default -> null;
            };
            if (found != null) {
                return found;
            }
        }
        for (MethodModel method : model.methods()) {
            if ((method.flags().flagsMask() & ClassFile.ACC_NATIVE) != 0) {
                return "declares the native method " + method.methodName().stringValue();
            }
        }
        return null;
    }

    private static @Nullable String restricted(MemberRefEntry member) {
        String owner = member.owner().name().stringValue();
        String name = member.name().stringValue();
        return RESTRICTED.getOrDefault(owner, Set.of()).contains(name) ? "calls " + owner.replace('/', '.') + "." + name
                : null;
    }

    private static @Nullable String text(String text) {
        return UNSAFE_NAMES.contains(text) ? "names " + text : null;
    }

    private static @Nullable String internal(String name) {
        String type = name.startsWith("[") ? name.replaceFirst("^\\[+L?", "").replace(";", "") : name;
        return type.equals(UNSAFE) || type.startsWith(INTERNAL) ? "names " + type.replace('/', '.') : null;
    }
}
