package io.facever.eval;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.zip.CRC32C;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Results that took long to compute, in one file that only grows: 32-byte keys with a value each. What was written
 * stays when the program is killed; a record that was cut off then is dropped at the next start. One process at a time
 * uses a file. Safe for any number of threads.
 *
 * <p>Format: 8 bytes {@code FACEVER1}; then records of key (32 bytes), length n (4 bytes, big-endian), value (n bytes)
 * and CRC-32C over all of these (4 bytes).
 */
public final class RecordLog implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(RecordLog.class);

    private static final String ANCHOR = "evaluation-cache";
    private static final byte[] MAGIC = {'F', 'A', 'C', 'E', 'V', 'E', 'R', '1'};
    /** Bytes of a key. */
    public static final int KEY_LENGTH = 32;

    private static final int MAX_VALUE = 1 << 24;

    private final Path file;
    private final FileChannel channel;
    private final FileLock lock;
    private final Map<ByteBuffer, byte[]> values;

    private RecordLog(Path file, FileChannel channel, FileLock lock, Map<ByteBuffer, byte[]> values) {
        this.file = file;
        this.channel = channel;
        this.lock = lock;
        this.values = values;
    }

    /**
     * Opens or creates a file and reads it.
     *
     * @throws EvaluationException when it can't be opened, is no such file, or another process uses it
     */
    public static RecordLog open(Path file) {
        FileChannel channel = openChannel(file);
        try {
            FileLock lock = tryLock(channel)
                    .orElseThrow(() -> new EvaluationException(
                            ANCHOR,
                            file + " is in use by another process; wait until it ends, or give another --cache"
                                    + " folder or --out file"));
            return new RecordLog(file, channel, lock, read(file, channel));
        } catch (IOException e) {
            closeQuietly(channel);
            throw unusable(file, e);
        } catch (RuntimeException e) {
            closeQuietly(channel);
            throw e;
        }
    }

    private static FileChannel openChannel(Path file) {
        Set<OpenOption> options = Set.of(StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
        // embeddings are biometric data: nobody else's business
        FileAttribute<?>[] attributes =
                FileSystems.getDefault().supportedFileAttributeViews().contains("posix")
                        ? new FileAttribute<?>[] {
                            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))
                        }
                        : new FileAttribute<?>[0];
        try {
            Path folder = file.toAbsolutePath().getParent();
            if (folder != null) {
                Files.createDirectories(folder);
            }
            return FileChannel.open(file, options, attributes);
        } catch (IOException e) {
            throw unusable(file, e);
        }
    }

    private static EvaluationException unusable(Path file, IOException cause) {
        return new EvaluationException(
                ANCHOR, file + " can't be used as cache: " + cause + "; give a writable --cache folder", cause);
    }

    private static Optional<FileLock> tryLock(FileChannel channel) throws IOException {
        try {
            return Optional.ofNullable(channel.tryLock());
        } catch (OverlappingFileLockException e) {
            LOG.debug("locked by this process", e);
            return Optional.empty();
        }
    }

    private static void closeQuietly(FileChannel channel) {
        try {
            channel.close();
        } catch (IOException e) {
            LOG.debug("can't close", e);
        }
    }

    private static Map<ByteBuffer, byte[]> read(Path file, FileChannel channel) throws IOException {
        Map<ByteBuffer, byte[]> values = new HashMap<>();
        if (channel.size() == 0) {
            channel.write(ByteBuffer.wrap(MAGIC));
            return values;
        }
        byte[] magic = new byte[MAGIC.length];
        if (!readFully(channel, magic) || !Arrays.equals(magic, MAGIC)) {
            throw new EvaluationException(
                    ANCHOR,
                    file + " is no cache of this version; delete it, or give another --cache folder or --out file");
        }
        long whole = MAGIC.length;
        byte[] head = new byte[KEY_LENGTH + Integer.BYTES];
        while (readFully(channel, head)) {
            int length = ByteBuffer.wrap(head).getInt(KEY_LENGTH);
            if (length < 0 || length > MAX_VALUE) {
                break;
            }
            byte[] rest = new byte[length + Integer.BYTES];
            if (!readFully(channel, rest)) {
                break;
            }
            if (checksum(head, rest, length) != ByteBuffer.wrap(rest).getInt(length)) {
                break;
            }
            values.put(ByteBuffer.wrap(Arrays.copyOf(head, KEY_LENGTH)), Arrays.copyOf(rest, length));
            whole += head.length + rest.length;
        }
        if (whole < channel.size()) {
            LOG.warn("{}: dropping {} bytes of a record that is not whole", file, channel.size() - whole);
            channel.truncate(whole);
        }
        channel.position(whole);
        return values;
    }

    private static boolean readFully(FileChannel channel, byte[] target) throws IOException {
        ByteBuffer buffer = ByteBuffer.wrap(target);
        while (buffer.hasRemaining()) {
            if (channel.read(buffer) < 0) {
                return false;
            }
        }
        return true;
    }

    private static int checksum(byte[] head, byte[] rest, int length) {
        CRC32C crc = new CRC32C();
        crc.update(head, 0, head.length);
        crc.update(rest, 0, length);
        return (int) crc.getValue();
    }

    /** The value of a key. */
    public synchronized Optional<byte[]> get(byte[] key) {
        return Optional.ofNullable(values.get(ByteBuffer.wrap(key)));
    }

    /** How many values there are. */
    public synchronized int size() {
        return values.size();
    }

    /** Writes a value; a key that is there already keeps its value. */
    public synchronized void put(byte[] key, byte[] value) {
        if (key.length != KEY_LENGTH || value.length > MAX_VALUE) {
            throw new IllegalArgumentException("keys have " + KEY_LENGTH + " bytes and values at most " + MAX_VALUE
                    + ", found " + key.length + " and " + value.length);
        }
        if (values.containsKey(ByteBuffer.wrap(key))) {
            return;
        }
        byte[] head = ByteBuffer.allocate(KEY_LENGTH + Integer.BYTES)
                .put(key)
                .putInt(value.length)
                .array();
        ByteBuffer record = ByteBuffer.allocate(head.length + value.length + Integer.BYTES)
                .put(head)
                .put(value)
                .putInt(checksum(head, value, value.length));
        record.flip();
        try {
            while (record.hasRemaining()) {
                channel.write(record);
            }
        } catch (IOException e) {
            throw new EvaluationException(
                    ANCHOR,
                    file + " can't be written: " + e
                            + "; free some space, or give another --cache folder or --out file",
                    e);
        }
        values.put(ByteBuffer.wrap(key.clone()), value.clone());
    }

    /** Gives the file to others; does nothing the second time. */
    @Override
    public synchronized void close() {
        try {
            if (channel.isOpen()) {
                channel.force(true);
                lock.release();
                channel.close();
            }
        } catch (IOException e) {
            throw new EvaluationException(ANCHOR, file + " can't be closed: " + e + "; check the disk", e);
        }
    }
}
