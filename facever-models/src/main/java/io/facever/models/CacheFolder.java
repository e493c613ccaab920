package io.facever.models;

import io.facever.ModelException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The folder of finished files. A file comes into being under a temporary name and is moved in place at once; its
 * SHA-256 lies beside it, in the format of {@code sha256sum}. Safe for any number of threads and processes.
 */
final class CacheFolder {
    private static final Logger LOG = LoggerFactory.getLogger(CacheFolder.class);

    private static final String TEMPORARY = ".part";
    private static final Duration LEFT_OVER = Duration.ofHours(1);
    private static final long POLL_NANOS = Duration.ofMillis(20).toNanos();

    private final Path root;
    private final Storage storage;
    /** Files that were hashed in this process, and how they looked then. */
    private final Map<Path, Stamp> checked = new ConcurrentHashMap<>();

    private final Map<Path, ReentrantLock> locks = new ConcurrentHashMap<>();

    private record Stamp(long size, FileTime modified) {
        static Stamp of(Path file) throws IOException {
            return new Stamp(Files.size(file), Files.getLastModifiedTime(file));
        }
    }

    /** Writes the content of a file. */
    @FunctionalInterface
    interface Content {
        void write(OutputStream out) throws IOException;
    }

    CacheFolder(Path root, Storage storage) {
        this.root = root.toAbsolutePath().normalize();
        this.storage = storage;
    }

    Path root() {
        return root;
    }

    /**
     * What is known of a file.
     *
     * @param afresh hash it even if this process did so before
     */
    ModelStatus.State state(Path file, boolean afresh) {
        try {
            Stamp now = Stamp.of(file);
            if (!afresh && now.equals(checked.get(file))) {
                return ModelStatus.State.WHOLE;
            }
            String expected = Files.readString(hashFile(file)).split(" ")[0].strip();
            if (Hashes.of(file).equals(expected)) {
                checked.put(file, now);
                return ModelStatus.State.WHOLE;
            }
        } catch (NoSuchFileException e) {
            if (!Files.exists(file)) {
                return ModelStatus.State.ABSENT;
            }
        } catch (IOException e) {
            LOG.warn("{} can't be read: {}", file, e.toString());
            if (!Files.exists(file)) {
                return ModelStatus.State.ABSENT;
            }
        }
        checked.remove(file);
        return ModelStatus.State.ALTERED;
    }

    /** Writes a file and its hash. Either both are there afterwards, or neither changed. */
    void store(Path file, Content content) {
        Path temporary = temporary(file);
        try {
            write(temporary, content);
            String hash = read(temporary);
            move(temporary, file);
            Path hashTemporary = temporary(hashFile(file));
            write(
                    hashTemporary,
                    out -> out.write((hash + "  " + file.getFileName() + "\n").getBytes(StandardCharsets.UTF_8)));
            move(hashTemporary, hashFile(file));
        } finally {
            deleteQuietly(temporary);
        }
    }

    private String read(Path file) {
        try {
            return Hashes.of(file);
        } catch (IOException e) {
            throw unwritable(file, e);
        }
    }

    private void write(Path temporary, Content content) {
        try (OutputStream out = storage.create(temporary)) {
            content.write(out);
        } catch (IOException e) {
            deleteQuietly(temporary);
            throw unwritable(temporary, e);
        }
    }

    /** A new file under a temporary name. */
    OutputStream create(Path temporary) {
        try {
            return storage.create(temporary);
        } catch (IOException e) {
            throw unwritable(temporary, e);
        }
    }

    Path temporary(Path file) {
        return file.resolveSibling("." + file.getFileName() + "." + UUID.randomUUID() + TEMPORARY);
    }

    void move(Path temporary, Path file) {
        try {
            try {
                Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            } catch (AtomicMoveNotSupportedException e) {
                Files.move(temporary, file, StandardCopyOption.REPLACE_EXISTING);
            }
        } catch (IOException e) {
            deleteQuietly(temporary);
            throw unwritable(file, e);
        }
    }

    void createFolder(Path folder) {
        try {
            Files.createDirectories(folder);
        } catch (IOException e) {
            throw unwritable(folder, e);
        }
    }

    static Path hashFile(Path file) {
        return file.resolveSibling(file.getFileName() + ".sha256");
    }

    /** Does something while no other thread or process does something under the same folder's lock. */
    <T> T locked(Path folder, Supplier<T> work) {
        ReentrantLock inProcess = locks.computeIfAbsent(folder, key -> new ReentrantLock());
        inProcess.lock();
        try {
            createFolder(folder);
            Path lockFile = folder.resolve(".lock");
            try (FileChannel channel = FileChannel.open(lockFile, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                    FileLock lock = lock(channel, lockFile)) {
                LOG.trace("locked {}", lock);
                deleteLeftOvers(folder);
                return work.get();
            } catch (IOException e) {
                throw unwritable(lockFile, e);
            }
        } finally {
            inProcess.unlock();
        }
    }

    /** Waits for other processes, and for other stores of this process: these the platform reports as an exception. */
    private static FileLock lock(FileChannel channel, Path lockFile) throws IOException {
        for (boolean first = true; ; first = false) {
            try {
                FileLock lock = channel.tryLock();
                if (lock != null) {
                    return lock;
                }
            } catch (OverlappingFileLockException e) {
                LOG.trace("another store of this process holds {}", lockFile, e);
            }
            if (first) {
                LOG.info("waiting for another process that fetches this model ({})", lockFile);
            }
            if (Thread.currentThread().isInterrupted()) {
                throw new ModelException(
                        "model-fetch-interrupted",
                        "interrupted while another process fetched the model; nothing was changed; call again");
            }
            LockSupport.parkNanos(POLL_NANOS);
        }
    }

    /** What a process left that was killed. Files of an hour ago, because nobody holds on to one for that long. */
    private static void deleteLeftOvers(Path folder) throws IOException {
        long limit = System.currentTimeMillis() - LEFT_OVER.toMillis();
        try (Stream<Path> files = Files.walk(folder)) {
            List<Path> old = files.filter(file -> file.getFileName().toString().endsWith(TEMPORARY))
                    .filter(file -> file.toFile().lastModified() < limit)
                    .toList();
            old.forEach(CacheFolder::deleteQuietly);
        }
    }

    static void deleteQuietly(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            LOG.debug("can't delete {}: {}", file, e.toString());
        }
    }

    /** Deletes a folder and all that is in it. */
    static void deleteTree(Path folder) {
        if (!Files.isDirectory(folder)) {
            return;
        }
        try (Stream<Path> files = Files.walk(folder)) {
            files.sorted(Comparator.reverseOrder()).forEach(CacheFolder::deleteQuietly);
        } catch (IOException e) {
            LOG.debug("can't delete {}: {}", folder, e.toString());
        }
    }

    /** Tells a full disk from a folder that can't be written to. */
    ModelException unwritable(Path file, IOException cause) {
        if (cause instanceof ClosedByInterruptException) {
            return new ModelException(
                    "model-fetch-interrupted",
                    "interrupted while " + file + " was made; nothing half-written was left there; call again",
                    cause);
        }
        String text = String.valueOf(cause.getMessage()).toLowerCase(Locale.ROOT);
        boolean full = text.contains("no space left") || text.contains("not enough space") || text.contains("quota");
        if (full) {
            return new ModelException(
                    "cache-disk-full",
                    "no room on the disk for " + file + " (" + room() + "); nothing half-written was left there;"
                            + " free some space, or set FACEVER_CACHE to a folder on another disk",
                    cause);
        }
        return new ModelException(
                "cache-not-writable",
                "can't write " + file + ": " + cause + "; expected a cache folder that this user may write to;"
                        + " set FACEVER_CACHE or -Dfacever.cache to one",
                cause);
    }

    private String room() {
        try {
            return Files.getFileStore(root).getUsableSpace() / (1 << 20) + " MB are usable";
        } catch (IOException e) {
            return "usable space is not known";
        }
    }
}
