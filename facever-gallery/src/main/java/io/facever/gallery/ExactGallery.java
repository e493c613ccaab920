package io.facever.gallery;

import io.facever.Embedding;
import io.facever.EmbeddingMismatchException;
import io.facever.EmbeddingSpace;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/**
 * Keeps all templates in memory and compares a probe with each of them: never misses one, and keeps nothing after the
 * JVM ends. A template takes 4 bytes a dimension, and some 100 bytes for subject and metadata.
 *
 * <p>Start the JVM with {@code --add-modules jdk.incubator.vector} to use the vector instructions of the processor; the
 * results are the same without. One search uses all cores, through the common pool of the JVM.
 *
 * <p>Searches never wait: each works on the state that was current when it began. Enrolling and removing wait for each
 * other.
 *
 * @since 0.1.0
 */
public final class ExactGallery implements Gallery {
    /** With 512 floats each just below 2 MiB: an array just above would take two regions of the heap. */
    private static final int BLOCK_ROWS = 1000;

    /** Scores of so many rows are held before they are looked at: small enough for the first-level cache. */
    private static final int STRIP_ROWS = 128;

    private final EmbeddingSpace space;
    private final boolean quantised;
    private final Kernel kernel;
    private final Object writing = new Object();

    private volatile State state = new State(List.of(), 0, new BitSet(), 0);
    private volatile boolean closed;

    /** For tests: with a kernel of their choice. */
    ExactGallery(EmbeddingSpace space, boolean quantised, Kernel kernel) {
        this.space = Objects.requireNonNull(space, "space");
        this.quantised = quantised;
        this.kernel = kernel;
    }

    /**
     * An empty gallery that compares floats.
     *
     * @param space of all its embeddings
     */
    public static ExactGallery of(EmbeddingSpace space) {
        return new ExactGallery(space, false, Kernel.best());
    }

    /**
     * An empty gallery that first compares bytes, and then compares the floats of the best. A quarter of the memory has
     * to be read for a search; a quarter more is held. A candidate could be missed only if its rounded similarity
     * dropped out of a list several times as long as the query's limit; {@code docs/galleries.md} has the measured
     * rate.
     *
     * @param space of all its embeddings
     */
    public static ExactGallery quantised(EmbeddingSpace space) {
        return new ExactGallery(space, true, Kernel.best());
    }

    /** What a search works on. Rows past the count may be written meanwhile; nothing else ever changes. */
    private record State(List<Block> blocks, int rows, BitSet removed, int removedRows) {}

    /** Who a row belongs to; shared by the rows of an enrolment. */
    private record Owner(String subject, Map<String, String> metadata) {}

    private static final class Block {
        private final float[] values;
        /** Without quantisation of no length. */
        private final byte[] codes;

        private final float[] scales;
        private final Owner[] owners = new Owner[BLOCK_ROWS];

        Block(int dimension, boolean quantised) {
            values = new float[BLOCK_ROWS * dimension];
            codes = new byte[quantised ? values.length : 0];
            scales = new float[quantised ? BLOCK_ROWS : 0];
        }

        void set(int row, float[] embedding, Owner owner) {
            int at = row * embedding.length;
            System.arraycopy(embedding, 0, values, at, embedding.length);
            owners[row] = owner;
            if (codes.length > 0) {
                float largest = 0;
                for (float value : embedding) {
                    largest = Math.max(largest, Math.abs(value));
                }
                scales[row] = largest / Byte.MAX_VALUE;
                for (int i = 0; i < embedding.length; i++) {
                    codes[at + i] = (byte) Math.round(embedding[i] / scales[row]);
                }
            }
        }

        /** As {@link Embedding#cosine} counts it. */
        double cosine(float[] probe, int row) {
            double sum = 0;
            int at = row * probe.length;
            for (int i = 0; i < probe.length; i++) {
                sum += (double) probe[i] * values[at + i];
            }
            return Math.max(-1, Math.min(1, sum));
        }

        float[] embedding(int row, int dimension) {
            return Arrays.copyOfRange(values, row * dimension, (row + 1) * dimension);
        }
    }

    @Override
    public EmbeddingSpace space() {
        return space;
    }

    /** What compares, for logs and benchmarks: vector instructions or plain loops. */
    public String kernel() {
        return kernel.name();
    }

    private State current() {
        if (closed) {
            throw new IllegalStateException("this gallery is closed; see docs/errors.md#closed");
        }
        return state;
    }

    private void requireSpace(Embedding embedding) {
        if (!embedding.space().equals(space)) {
            throw new EmbeddingMismatchException(space, embedding.space());
        }
    }

    @Override
    public void enrol(Collection<Enrolment> enrolments) {
        List<Enrolment> all = List.copyOf(enrolments);
        all.forEach(enrolment -> enrolment.embeddings().forEach(this::requireSpace));
        synchronized (writing) {
            State old = current();
            Appender appender = new Appender(old.blocks, old.rows);
            for (Enrolment enrolment : all) {
                Owner owner = new Owner(enrolment.subject(), enrolment.metadata());
                enrolment.embeddings().forEach(embedding -> appender.add(embedding.toArray(), owner));
            }
            state = new State(List.copyOf(appender.blocks), appender.rows, old.removed, old.removedRows);
        }
    }

    /** Writes rows behind the last. */
    private final class Appender {
        private final List<Block> blocks;
        private int rows;

        Appender(List<Block> blocks, int rows) {
            this.blocks = new ArrayList<>(blocks);
            this.rows = rows;
        }

        void add(float[] embedding, Owner owner) {
            if (rows == blocks.size() * BLOCK_ROWS) {
                blocks.add(new Block(space.dimension(), quantised));
            }
            blocks.get(rows / BLOCK_ROWS).set(rows % BLOCK_ROWS, embedding, owner);
            rows++;
        }
    }

    @Override
    public long remove(String subject) {
        Objects.requireNonNull(subject, "subject");
        synchronized (writing) {
            State old = current();
            BitSet removed = (BitSet) old.removed.clone();
            for (int row = 0; row < old.rows; row++) {
                if (owner(old, row).subject.equals(subject)) {
                    removed.set(row);
                }
            }
            int count = removed.cardinality();
            state = new State(old.blocks, old.rows, removed, count);
            return (long) count - old.removedRows;
        }
    }

    private static Owner owner(State state, int row) {
        return state.blocks.get(row / BLOCK_ROWS).owners[row % BLOCK_ROWS];
    }

    @Override
    public void compact() {
        synchronized (writing) {
            State old = current();
            if (old.removedRows == 0) {
                return;
            }
            Appender appender = new Appender(List.of(), 0);
            for (int row = old.removed.nextClearBit(0); row < old.rows; row = old.removed.nextClearBit(row + 1)) {
                Block block = old.blocks.get(row / BLOCK_ROWS);
                int inBlock = row % BLOCK_ROWS;
                appender.add(block.embedding(inBlock, space.dimension()), block.owners[inBlock]);
            }
            state = new State(List.copyOf(appender.blocks), appender.rows, new BitSet(), 0);
        }
    }

    @Override
    public List<Candidate> search(Embedding probe, Query query) {
        requireSpace(probe);
        State now = current();
        float[] values = probe.toArray();
        // rounding can change the order near the limit, by 1e-7 for floats and some 1e-3 for bytes
        int wanted = quantised ? 8 * query.limit() + 64 : query.limit() + 16;
        while (true) {
            Shortlist best = scan(now, values, query, wanted);
            Map<String, Candidate> subjects = new HashMap<>();
            double lowest = 1;
            for (int i = 0; i < best.size(); i++) {
                int row = best.row(i);
                Owner owner = owner(now, row);
                double similarity = now.blocks.get(row / BLOCK_ROWS).cosine(values, row % BLOCK_ROWS);
                lowest = Math.min(lowest, similarity);
                subjects.merge(
                        owner.subject,
                        new Candidate(owner.subject, similarity, owner.metadata),
                        (one, other) -> one.similarity() >= other.similarity() ? one : other);
            }
            // subjects with many templates can fill the list; then a longer one is needed
            if (subjects.size() >= query.limit()
                    || !best.full()
                    || wanted >= now.rows
                    || lowest < query.minSimilarity()) {
                return subjects.values().stream()
                        .filter(candidate -> candidate.similarity() >= query.minSimilarity())
                        .sorted(Candidate.BEST_FIRST)
                        .limit(query.limit())
                        .toList();
            }
            wanted = Math.min(4 * wanted, now.rows);
        }
    }

    private Shortlist scan(State now, float[] probe, Query query, int wanted) {
        IntStream blocks = IntStream.range(0, (now.rows + BLOCK_ROWS - 1) / BLOCK_ROWS);
        return (now.rows > 4 * BLOCK_ROWS ? blocks.parallel() : blocks)
                .collect(
                        () -> new Shortlist(wanted),
                        (best, block) -> scan(now, block, probe, query, best),
                        Shortlist::addAll);
    }

    private void scan(State now, int index, float[] probe, Query query, Shortlist best) {
        Block block = now.blocks.get(index);
        int first = index * BLOCK_ROWS;
        int rows = Math.min(BLOCK_ROWS, now.rows - first);
        float[] scores = new float[STRIP_ROWS];
        for (int from = 0; from < rows; from += STRIP_ROWS) {
            int to = Math.min(rows, from + STRIP_ROWS);
            if (quantised) {
                kernel.dots(probe, block.codes, from, to, scores);
                for (int row = from; row < to; row++) {
                    scores[row - from] *= block.scales[row];
                }
            } else {
                kernel.dots(probe, block.values, from, to, scores);
            }
            for (int row = from; row < to; row++) {
                float score = scores[row - from];
                if (best.admits(score, first + row)
                        && !now.removed.get(first + row)
                        && passes(block.owners[row], query)) {
                    best.add(score, first + row);
                }
            }
        }
    }

    private static boolean passes(Owner owner, Query query) {
        return query.filter().isEmpty()
                || owner.metadata.entrySet().containsAll(query.filter().entrySet());
    }

    @Override
    public long templates() {
        State now = current();
        return (long) now.rows - now.removedRows;
    }

    @Override
    public void forEach(Consumer<Enrolment> action) {
        State now = current();
        for (int row = now.removed.nextClearBit(0); row < now.rows; row = now.removed.nextClearBit(row + 1)) {
            Block block = now.blocks.get(row / BLOCK_ROWS);
            int inBlock = row % BLOCK_ROWS;
            Owner owner = block.owners[inBlock];
            Embedding embedding = Embedding.of(space, block.embedding(inBlock, space.dimension()));
            action.accept(new Enrolment(owner.subject, List.of(embedding), owner.metadata));
        }
    }

    /** Lets go of all templates. Searches that run go on with what they have. */
    @Override
    public void close() {
        synchronized (writing) {
            closed = true;
            state = new State(List.of(), 0, new BitSet(), 0);
        }
    }
}
