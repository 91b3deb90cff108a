package dev.chainless.host;

import dev.chainless.config.AdminConfig;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.UserPrincipalLookupService;
import java.util.EnumSet;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The admin server's Unix socket. It is made in a folder of its own, given its owner and permissions, and only then moved to where
 * it is asked for: nobody gets in between. One that a gateway left behind is replaced, one that still answers is not.
 */
final class AdminSocket implements AutoCloseable {
    private static final Logger LOG = System.getLogger(Admin.class.getName());

    private final Path path;
    private final Channel channel;
    private final @Nullable Object key;

    private AdminSocket(Path path, Channel channel) throws IOException {
        this.path = path;
        this.channel = channel;
        this.key = key(path);
    }

    /**
     * Binds it.
     *
     * @throws StartException if it cannot be, in one sentence
     */
    static AdminSocket bind(ServerBootstrap bootstrap, Path path, AdminConfig config) {
        Channel channel = null;
        boolean bound = false;
        Path folder = null;
        Path made = null;
        try {
            refuseTaken(path);
            Path parent = Objects.requireNonNull(path.getParent());
            Files.createDirectories(parent);
            folder = Files.createTempDirectory(parent, ".admin"); // for its owner alone
            made = folder.resolve("s");
            ChannelFuture bind = bootstrap.bind(UnixDomainSocketAddress.of(made)).awaitUninterruptibly();
            if (bind.cause() != null) {
                throw new IOException(bind.cause().getMessage());
            }
            channel = bind.channel();
            own(made, config.socketOwner());
            Files.setPosixFilePermissions(made, permissions(Integer.parseInt(config.socketMode(), 8)));
            Files.move(made, path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            var socket = new AdminSocket(path, channel);
            bound = true;
            return socket;
        } catch (IOException e) {
            throw new StartException("Cannot listen on unix:" + path + " (admin.listen): " + reason(e));
        } finally {
            if (!bound && channel != null) {
                channel.close().syncUninterruptibly();
            }
            delete(made);
            delete(folder);
        }
    }

    private static String reason(IOException e) {
        return switch (e) {
            case java.nio.file.AccessDeniedException denied -> "no permission for " + denied.getFile();
            case java.nio.file.FileAlreadyExistsException there -> there.getFile() + " is not a folder";
            case java.nio.file.attribute.UserPrincipalNotFoundException absent ->
                "there is no user or group " + absent.getName() + " (admin.socket-owner)";
            case java.nio.file.FileSystemException other -> other.getFile() + ": " + other.getReason();
            default -> String.valueOf(e.getMessage());
        };
    }

    private static void refuseTaken(Path path) throws IOException {
        if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        if (!Files.readAttributes(path, java.nio.file.attribute.BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
                .isOther()) {
            throw new IOException("there is something else than a socket");
        }
        boolean answers;
        try (SocketChannel client = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            answers = client.connect(UnixDomainSocketAddress.of(path));
        } catch (IOException e) {
            answers = false;
        }
        if (answers) {
            throw new IOException("another program answers there; stop that, or choose another path");
        }
    }

    private static void own(Path file, String owner) throws IOException {
        int colon = owner.indexOf(':');
        String user = colon < 0 ? owner : owner.substring(0, colon);
        PosixFileAttributeView view = Files.getFileAttributeView(file, PosixFileAttributeView.class);
        UserPrincipalLookupService names = file.getFileSystem().getUserPrincipalLookupService();
        if (colon >= 0) {
            view.setGroup(names.lookupPrincipalByGroupName(owner.substring(colon + 1)));
        }
        if (!user.isEmpty()) {
            view.setOwner(names.lookupPrincipalByName(user));
        }
    }

    private static Set<PosixFilePermission> permissions(int mode) {
        Set<PosixFilePermission> set = EnumSet.noneOf(PosixFilePermission.class);
        PosixFilePermission[] all = PosixFilePermission.values(); // from the owner's right to read to the others' to execute
        for (int i = 0; i < all.length; i++) {
            if ((mode & (0400 >> i)) != 0) {
                set.add(all[i]);
            }
        }
        return set;
    }

    private static @Nullable Object key(Path path) throws IOException {
        return Files.readAttributes(path, java.nio.file.attribute.BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
                .fileKey();
    }

    private static void delete(@Nullable Path file) {
        try {
            if (file != null) {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            LOG.log(Level.DEBUG, "{0} is left behind", file);
        }
    }

    /** Deletes the socket, unless another gateway has replaced it. */
    @Override
    public void close() {
        channel.close().syncUninterruptibly();
        try {
            if (Objects.equals(key, key(path))) {
                Files.deleteIfExists(path);
            }
        } catch (IOException e) {
            LOG.log(Level.DEBUG, "The admin socket was gone before its end", e);
        }
    }
}
