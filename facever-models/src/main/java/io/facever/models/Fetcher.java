package io.facever.models;

import io.facever.ModelException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings published files into a folder, several at a time, each checked for size and SHA-256 while it is read and moved
 * in place only then. Files that are there and right are not read again, so a broken fetch goes on where it ended. No
 * thread of it outlives {@link #fetch}.
 */
final class Fetcher {
    private static final Logger LOG = LoggerFactory.getLogger(Fetcher.class);

    private static final int ATTEMPTS = 3;
    private static final Duration STALLED = Duration.ofSeconds(60);

    private static final Duration STOP_LIMIT = Duration.ofSeconds(10);

    private final Mirror mirror;
    private final CacheFolder cache;
    private final ModelProgress progress;

    Fetcher(Mirror mirror, CacheFolder cache, ModelProgress progress) {
        this.mirror = mirror;
        this.cache = cache;
        this.progress = progress;
    }

    /** Bytes of one fetch. */
    private final class Count {
        private final String step;
        private final long total;
        private final AtomicLong lastByte = new AtomicLong(System.nanoTime());
        private long done;

        Count(String step, long total) {
            this.step = step;
            this.total = total;
        }

        synchronized void add(long bytes) {
            done += bytes;
            lastByte.set(System.nanoTime());
            progress.progress(step, done, total);
        }

        boolean stalled() {
            return System.nanoTime() - lastByte.get() > STALLED.toNanos();
        }
    }

    /**
     * Fetches.
     *
     * @param step name of this step for progress
     * @return the files, in the order of the sources
     */
    List<Path> fetch(String step, List<SourceFile> sources, Path folder) {
        Count count =
                new Count(step, sources.stream().mapToLong(SourceFile::size).sum());
        count.add(0);
        List<Path> targets =
                sources.stream().map(source -> folder.resolve(source.path())).toList();
        targets.forEach(target -> cache.createFolder(target.resolveSibling("")));
        AtomicInteger number = new AtomicInteger();
        ExecutorService pool = Executors.newFixedThreadPool(Math.min(mirror.parallel(), sources.size()), task -> {
            Thread thread = new Thread(task, "facever-fetch-" + number.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        });
        try {
            ExecutorCompletionService<Path> running = new ExecutorCompletionService<>(pool);
            List<Future<Path>> all = new ArrayList<>();
            for (int i = 0; i < sources.size(); i++) {
                SourceFile source = sources.get(i);
                Path target = targets.get(i);
                all.add(running.submit(() -> fetch(source, target, count)));
            }
            for (int i = 0; i < all.size(); ) {
                Future<Path> finished = running.poll(1, TimeUnit.SECONDS);
                if (finished != null) {
                    finished.get();
                    i++;
                } else if (count.stalled()) {
                    throw unreachable(
                            sources.get(0), new IOException("not one byte in " + STALLED.toSeconds() + " seconds"));
                }
            }
            return targets;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw interrupted(e);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof ModelException failure) {
                throw failure;
            }
            throw new IllegalStateException("a fetch failed in an unforeseen way", e.getCause());
        } finally {
            stop(pool);
        }
    }

    /**
     * Waits for the fetches to end also when interrupted, so that none writes after the caller was told of a failure.
     */
    private static void stop(ExecutorService pool) {
        pool.shutdownNow();
        boolean interrupted = Thread.interrupted();
        long deadline = System.nanoTime() + STOP_LIMIT.toNanos();
        boolean ended = false;
        while (!ended && System.nanoTime() < deadline) {
            try {
                ended = pool.awaitTermination(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (!ended) {
            LOG.warn("a fetch did not end within {} seconds after it was cancelled", STOP_LIMIT.toSeconds());
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private static ModelException interrupted(InterruptedException cause) {
        return new ModelException(
                "model-fetch-interrupted",
                "interrupted while a model was fetched; what is there already is kept; call again",
                cause);
    }

    private Path fetch(SourceFile source, Path target, Count count) throws InterruptedException {
        if (isRight(source, target)) {
            count.add(source.size());
            return target;
        }
        for (int attempt = 1; ; attempt++) {
            Path temporary = cache.temporary(target);
            AtomicLong size = new AtomicLong();
            try (InputStream in = mirror.open(source)) {
                copy(source, in, temporary, count, size);
                cache.move(temporary, target);
                return target;
            } catch (IOException e) {
                if (attempt == ATTEMPTS || !mirror.isRemote()) {
                    throw unreachable(source, e);
                }
                LOG.debug("attempt {} for {} failed: {}", attempt, mirror.locate(source), e.toString());
                count.add(-size.get());
            } finally {
                CacheFolder.deleteQuietly(temporary);
            }
        }
    }

    private static boolean isRight(SourceFile source, Path target) {
        try {
            return Files.isRegularFile(target)
                    && Files.size(target) == source.size()
                    && Hashes.of(target).equals(source.sha256());
        } catch (IOException e) {
            LOG.debug("{} is fetched again: {}", target, e.toString());
            return false;
        }
    }

    private void copy(SourceFile source, InputStream in, Path temporary, Count count, AtomicLong size)
            throws IOException {
        MessageDigest digest = Hashes.sha256();
        byte[] buffer = new byte[1 << 16];
        try (OutputStream out = cache.create(temporary)) {
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                if (size.addAndGet(read) > source.size()) {
                    throw altered(source, "more than " + source.size() + " bytes");
                }
                digest.update(buffer, 0, read);
                write(out, buffer, read, temporary);
                count.add(read);
            }
        }
        String hash = Hashes.hex(digest);
        if (size.get() != source.size() || !hash.equals(source.sha256())) {
            throw altered(source, "SHA-256 " + hash + " and " + size + " bytes");
        }
    }

    private void write(OutputStream out, byte[] buffer, int count, Path temporary) {
        try {
            out.write(buffer, 0, count);
        } catch (IOException e) {
            throw cache.unwritable(temporary, e);
        }
    }

    private ModelException altered(SourceFile source, String found) {
        return new ModelException(
                "model-source-altered",
                mirror.locate(source) + " is not the published file: found " + found + ", expected SHA-256 "
                        + source.sha256() + " and " + source.size() + " bytes; it was not used;"
                        + " repair the mirror (-Dfacever.mirror, FACEVER_MIRROR) or use another");
    }

    private ModelException unreachable(SourceFile source, IOException cause) {
        return new ModelException(
                "model-source-unreachable",
                "can't read " + mirror.locate(source) + ": " + cause
                        + "; check the network, or set -Dfacever.mirror or FACEVER_MIRROR to a folder or an https"
                        + " address that holds it",
                cause);
    }
}
