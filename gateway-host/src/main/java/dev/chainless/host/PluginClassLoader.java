package dev.chainless.host;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.module.Configuration;
import java.lang.module.ModuleReader;
import java.lang.module.ModuleReference;
import java.net.URI;
import java.net.URL;
import java.net.URLConnection;
import java.net.URLStreamHandler;
import java.nio.ByteBuffer;
import java.security.CodeSource;
import java.security.ProtectionDomain;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Enumeration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The one loader of a plugin's layer: its modules' packages from their jars, everything else from the host. Closing it
 * closes the jars; the JDK's own loader for layers leaves them open until it is collected.
 */
final class PluginClassLoader extends ClassLoader implements Closeable {
    static {
        registerAsParallelCapable();
    }

    /** A module's jar, open. */
    private record Part(ModuleReader reader, ProtectionDomain domain) {}

    private final Map<String, Part> modules = new HashMap<>();
    private final Map<String, Part> packages = new HashMap<>();
    private volatile boolean closed;

    /**
     * Opens the jars of a configuration.
     *
     * @param name of the loader, which stack traces show
     * @param layer what was resolved
     * @param host loads what is not in the plugin's packages
     */
    PluginClassLoader(String name, Configuration layer, ClassLoader host) throws IOException {
        super(name, host);
        boolean whole = false;
        try {
            for (var module : layer.modules()) {
                ModuleReference reference = module.reference();
                Part part = new Part(reference.open(), domain(reference));
                modules.put(module.name(), part);
                reference.descriptor().packages().forEach(each -> packages.put(each, part));
            }
            whole = true;
        } finally {
            if (!whole) {
                close();
            }
        }
    }

    private ProtectionDomain domain(ModuleReference module) throws IOException {
        Optional<URI> location = module.location();
        URL url = location.isPresent() ? location.get().toURL() : null;
        return new ProtectionDomain(new CodeSource(url, (java.security.cert.Certificate[]) null), null, this, null);
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
        synchronized (getClassLoadingLock(name)) {
            Class<?> loaded = findLoadedClass(name);
            if (loaded == null) {
                Part part = packages.get(packageOf(name));
                loaded = part == null ? getParent().loadClass(name) : define(name, part);
            }
            if (resolve) {
                resolveClass(loaded);
            }
            return loaded;
        }
    }

    private static String packageOf(String name) {
        return name.substring(0, Math.max(0, name.lastIndexOf('.')));
    }

    private Class<?> define(String name, Part part) throws ClassNotFoundException {
        try {
            Optional<ByteBuffer> bytes = part.reader.read(name.replace('.', '/') + ".class");
            if (bytes.isEmpty()) {
                throw new ClassNotFoundException(name);
            }
            try {
                return defineClass(name, bytes.get(), part.domain);
            } finally {
                part.reader.release(bytes.get());
            }
        } catch (IOException e) {
            throw new ClassNotFoundException(name + " cannot be read", e);
        }
    }

    @Override
    protected Class<?> findClass(String name) throws ClassNotFoundException {
        Part part = packages.get(packageOf(name));
        if (part == null) {
            throw new ClassNotFoundException(name);
        }
        return define(name, part);
    }

    @Override
    protected @Nullable Class<?> findClass(@Nullable String module, String name) {
        Part part = packages.get(packageOf(name));
        if (part == null || (module != null && !part.equals(modules.get(module)))) {
            return null;
        }
        synchronized (getClassLoadingLock(name)) {
            try {
                Class<?> loaded = findLoadedClass(name);
                return loaded == null ? define(name, part) : loaded;
            } catch (ClassNotFoundException e) {
                return null;
            }
        }
    }

    @Override
    protected @Nullable URL findResource(@Nullable String module, String name) throws IOException {
        Part part = module == null ? null : modules.get(module);
        return part == null ? null : url(part, name);
    }

    @Override
    protected @Nullable URL findResource(String name) {
        List<URL> found = located(name);
        return found.isEmpty() ? null : found.getFirst();
    }

    @Override
    protected Enumeration<URL> findResources(String name) {
        return Collections.enumeration(located(name));
    }

    private List<URL> located(String name) {
        List<URL> found = new ArrayList<>();
        for (Part part : modules.values()) {
            try {
                URL url = url(part, name);
                if (url != null) {
                    found.add(url);
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return found;
    }

    /** A URL that reads through the open jar: the JDK's own would open the jar once more, and keep it. */
    private static @Nullable URL url(Part part, String name) throws IOException {
        Optional<URI> uri = part.reader.find(name);
        return uri.isEmpty() ? null : URL.of(uri.get(), new URLStreamHandler() {
            @Override
            protected URLConnection openConnection(URL url) {
                return new URLConnection(url) {
                    @Override
                    public void connect() {}

                    @Override
                    public InputStream getInputStream() throws IOException {
                        return part.reader.open(name).orElseThrow(() -> new IOException(name + " is not there"));
                    }
                };
            }
        });
    }

    /** {@return whether the plugin was unloaded} */
    boolean closed() {
        return closed;
    }

    @Override
    public void close() {
        closed = true;
        for (Part part : modules.values()) {
            try {
                part.reader.close();
            } catch (IOException e) {
                System.getLogger(PluginClassLoader.class.getName()).log(System.Logger.Level.DEBUG, "A jar stays open",
                        e);
            }
        }
    }
}
