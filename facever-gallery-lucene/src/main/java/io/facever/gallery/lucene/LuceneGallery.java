package io.facever.gallery.lucene;

import io.facever.Embedding;
import io.facever.EmbeddingMismatchException;
import io.facever.EmbeddingSpace;
import io.facever.gallery.Candidate;
import io.facever.gallery.Enrolment;
import io.facever.gallery.Gallery;
import io.facever.gallery.GalleryException;
import io.facever.gallery.Query;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Consumer;
import org.apache.lucene.codecs.KnnVectorsFormat;
import org.apache.lucene.codecs.lucene912.Lucene912Codec;
import org.apache.lucene.codecs.lucene99.Lucene99HnswScalarQuantizedVectorsFormat;
import org.apache.lucene.codecs.lucene99.Lucene99HnswVectorsFormat;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.KnnFloatVectorField;
import org.apache.lucene.document.SortedDocValuesField;
import org.apache.lucene.document.StringField;
import org.apache.lucene.index.CheckIndex;
import org.apache.lucene.index.ConcurrentMergeScheduler;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.FloatVectorValues;
import org.apache.lucene.index.IndexNotFoundException;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.IndexableField;
import org.apache.lucene.index.LeafReader;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.ReaderUtil;
import org.apache.lucene.index.SegmentInfos;
import org.apache.lucene.index.SortedDocValues;
import org.apache.lucene.index.StoredFields;
import org.apache.lucene.index.Term;
import org.apache.lucene.index.TieredMergePolicy;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.search.BooleanClause;
import org.apache.lucene.search.BooleanQuery;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.KnnFloatVectorQuery;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.search.SearcherFactory;
import org.apache.lucene.search.SearcherManager;
import org.apache.lucene.search.TermQuery;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.FSDirectory;
import org.apache.lucene.store.LockObtainFailedException;
import org.apache.lucene.util.Bits;

/**
 * A gallery in a folder: an Apache Lucene index with a navigable small world graph (Malkov and Yashunin, 2018,
 * arXiv:1603.09320) over vectors rounded to 7 bits, beside the exact ones. The graph proposes candidates, the exact
 * vectors rank them; so a similarity is exact, but a subject can be missed. {@code docs/galleries.md} has the measured
 * rates.
 *
 * <p>What {@link #enrol} and {@link #remove} did is on the disk when they return, also when the process is killed or
 * the machine stops afterwards. What a killed process had begun and not finished is not there.
 *
 * <p>One process may write at a time ({@link #create}, {@link #open}); any number may read beside it ({@link #read}),
 * and each search sees what was written last.
 *
 * @since 0.1.0
 */
public final class LuceneGallery implements Gallery {
    /** More dimensions the format does not take. */
    private static final int MAX_DIMENSION = 1024;

    private static final String SUBJECT = "subject";
    private static final String VECTOR = "vector";
    private static final String METADATA = "metadata.";
    private static final String FORMAT = "facever-gallery";
    private static final String VERSION = "1";

    /**
     * So many candidates the graph proposes beyond those asked for: the knob that trades time for recall. Measured in
     * docs/galleries.md.
     */
    private static final int MORE_CANDIDATES = 100;

    /** Each number of a vector takes so many in the graph. */
    private static final int VECTOR_BITS = 7;

    /** Each segment is searched for itself, so fewer than Lucene would leave; each template is merged more often. */
    private static final int SEGMENTS_PER_TIER = 4;

    /** More merges than this stop the enrolling until some are done. */
    private static final int MERGES_WAITING = 4;

    /** Documents held in memory before a segment is written; fewer, larger segments search faster. */
    private static final double BUFFER_MEGABYTES = 512;

    /** From so many templates on, a call of enrol uses all cores: each builds a graph of its own. */
    private static final int PARALLEL_TEMPLATES = 2000;

    private final Path folder;
    private final EmbeddingSpace space;
    private final Directory directory;
    private final Optional<IndexWriter> writer;
    private final SearcherManager searchers;
    private final Object writing = new Object();
    private final ReentrantReadWriteLock life = new ReentrantReadWriteLock();
    private boolean closed;

    private LuceneGallery(Path folder, Directory directory, Optional<IndexWriter> writer) throws IOException {
        this.folder = folder;
        this.directory = directory;
        this.writer = writer;
        this.space = readSpace(folder, directory);
        SearcherFactory factory = new SearcherFactory() {
            @Override
            public IndexSearcher newSearcher(
                    org.apache.lucene.index.IndexReader reader, org.apache.lucene.index.IndexReader previous) {
                return new IndexSearcher(reader, ForkJoinPool.commonPool());
            }
        };
        this.searchers = writer.isPresent()
                ? new SearcherManager(writer.get(), factory)
                : new SearcherManager(directory, factory);
    }

    /**
     * Makes an empty gallery, to be read by its owner only.
     *
     * @param folder missing or empty
     * @param space of all its embeddings, of at most 1024 dimensions
     * @throws GalleryException when there is a gallery already, or the folder can't be written
     */
    public static LuceneGallery create(Path folder, EmbeddingSpace space) {
        if (space.dimension() > MAX_DIMENSION) {
            throw new IllegalArgumentException("a gallery on disk takes embeddings of at most " + MAX_DIMENSION
                    + " dimensions, found " + space.dimension() + "; use ExactGallery");
        }
        try {
            createFolder(folder);
            Directory directory = FSDirectory.open(folder);
            try {
                if (directory.listAll().length > 0) {
                    boolean gallery = DirectoryReader.indexExists(directory);
                    // what a create left that was killed before its first commit is no reason to refuse
                    if (gallery
                            || Arrays.stream(directory.listAll())
                                    .anyMatch(name -> !IndexWriter.WRITE_LOCK_NAME.equals(name))) {
                        throw new GalleryException(
                                "gallery-exists",
                                folder + (gallery ? " holds a gallery already; open it" : " is not empty")
                                        + ", or choose another folder");
                    }
                }
                IndexWriter writer = writer(directory, IndexWriterConfig.OpenMode.CREATE);
                try {
                    writer.setLiveCommitData(Map.of(
                                    "format", FORMAT,
                                    "version", VERSION,
                                    "space", space.id(),
                                    "model", space.model(),
                                    "alignment", space.alignment(),
                                    "dimension", Integer.toString(space.dimension()))
                            .entrySet());
                    writer.commit();
                    return new LuceneGallery(folder, directory, Optional.of(writer));
                } catch (IOException | RuntimeException e) {
                    writer.rollback();
                    throw e;
                }
            } catch (IOException | RuntimeException e) {
                directory.close();
                throw e;
            }
        } catch (IOException e) {
            throw failed(folder, e);
        }
    }

    /**
     * Opens a gallery for searching and enrolling.
     *
     * @param folder where it was created
     * @throws GalleryException when there is none, another process writes to it, or it can't be read
     */
    public static LuceneGallery open(Path folder) {
        return open(folder, true);
    }

    /**
     * Opens a gallery for searching only. It sees what another process enrols meanwhile.
     *
     * @param folder where it was created
     * @throws GalleryException when there is none, or it can't be read
     */
    public static LuceneGallery read(Path folder) {
        return open(folder, false);
    }

    private static LuceneGallery open(Path folder, boolean write) {
        try {
            Directory directory = existing(folder);
            try {
                readSpace(folder, directory);
                Optional<IndexWriter> writer =
                        write ? Optional.of(writer(directory, IndexWriterConfig.OpenMode.APPEND)) : Optional.empty();
                try {
                    return new LuceneGallery(folder, directory, writer);
                } catch (IOException | RuntimeException e) {
                    if (writer.isPresent()) {
                        writer.get().rollback();
                    }
                    throw e;
                }
            } catch (IOException | RuntimeException e) {
                directory.close();
                throw e;
            }
        } catch (IOException e) {
            throw failed(folder, e);
        }
    }

    /** Opening an index makes its folder, and a mistyped name should not. */
    private static Directory existing(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            throw missing(folder);
        }
        return FSDirectory.open(folder);
    }

    private static GalleryException missing(Path folder) {
        return new GalleryException(
                "gallery-missing", "there is no gallery in " + folder + "; create one, or give its folder");
    }

    private static void createFolder(Path folder) throws IOException {
        if (Files.isDirectory(folder)) {
            return;
        }
        if (FileSystems.getDefault().supportedFileAttributeViews().contains("posix")) {
            Files.createDirectories(
                    folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        } else {
            Files.createDirectories(folder);
        }
    }

    private static IndexWriter writer(Directory directory, IndexWriterConfig.OpenMode mode) throws IOException {
        int cores = Runtime.getRuntime().availableProcessors();
        // as the format is by default, but for the workers that merge graphs
        KnnVectorsFormat vectors = new Lucene99HnswScalarQuantizedVectorsFormat(
                Lucene99HnswVectorsFormat.DEFAULT_MAX_CONN,
                Lucene99HnswVectorsFormat.DEFAULT_BEAM_WIDTH,
                cores,
                VECTOR_BITS,
                false,
                null,
                null);
        ConcurrentMergeScheduler merges = new ConcurrentMergeScheduler();
        merges.setMaxMergesAndThreads(cores + MERGES_WAITING, cores);
        IndexWriterConfig config = new IndexWriterConfig()
                .setOpenMode(mode)
                .setRAMBufferSizeMB(BUFFER_MEGABYTES)
                .setMergePolicy(new TieredMergePolicy().setSegmentsPerTier(SEGMENTS_PER_TIER))
                .setMergeScheduler(merges)
                .setCommitOnClose(false)
                .setCodec(new Lucene912Codec() {
                    @Override
                    public KnnVectorsFormat getKnnVectorsFormatForField(String field) {
                        return vectors;
                    }
                });
        return new IndexWriter(directory, config);
    }

    private static EmbeddingSpace readSpace(Path folder, Directory directory) throws IOException {
        Map<String, String> data;
        try {
            data = SegmentInfos.readLatestCommit(directory).getUserData();
        } catch (IndexNotFoundException e) {
            throw missing(folder);
        }
        if (!FORMAT.equals(data.get("format")) || !VERSION.equals(data.get("version"))) {
            throw new GalleryException(
                    "gallery-foreign",
                    folder + " holds a Lucene index that says format " + data.get("format") + ", version "
                            + data.get("version") + "; expected " + FORMAT + ", version " + VERSION
                            + ": give the folder of a gallery, or use the facever that wrote it");
        }
        return new EmbeddingSpace(
                Objects.requireNonNull(data.get("space")),
                Objects.requireNonNull(data.get("model")),
                Objects.requireNonNull(data.get("alignment")),
                Integer.parseInt(Objects.requireNonNull(data.get("dimension"))));
    }

    private static GalleryException failed(Path folder, IOException e) {
        return e instanceof LockObtainFailedException
                ? new GalleryException(
                        "gallery-locked",
                        "another process, or another part of this one, writes to the gallery in " + folder
                                + "; close it there, or open the gallery for reading only",
                        e)
                : new GalleryException(
                        "gallery-failed",
                        "the gallery in " + folder + " can't be read or written: " + e
                                + "; see to the disk, then open it again: what was enrolled is kept",
                        e);
    }

    /** Something with the files of the gallery. */
    @FunctionalInterface
    private interface Work<T> {
        T run() throws IOException;
    }

    /** Runs one call, and keeps {@link #close} waiting until it is done. */
    private <T> T running(Work<T> work) {
        Lock lock = life.readLock();
        lock.lock();
        try {
            if (closed) {
                throw new IllegalStateException("this gallery is closed; see docs/errors.md#closed");
            }
            return work.run();
        } catch (UncheckedIOException e) {
            throw failed(folder, Objects.requireNonNull(e.getCause()));
        } catch (IOException e) {
            throw failed(folder, e);
        } finally {
            lock.unlock();
        }
    }

    /** Runs a change: one at a time, committed, and seen by all later searches. */
    private <T> T changing(Work<T> work) {
        return running(() -> {
            if (writer.isEmpty()) {
                throw new IllegalStateException("the gallery in " + folder
                        + " was opened for reading only; use LuceneGallery.open; see docs/errors.md#gallery-locked");
            }
            synchronized (writing) {
                if (!writer.get().isOpen()) {
                    throw new GalleryException(
                            "gallery-failed",
                            "an earlier error ended the writing to the gallery in " + folder
                                    + "; close it and open it again: what was enrolled is kept");
                }
                try {
                    T result = work.run();
                    writer.get().commit();
                    searchers.maybeRefreshBlocking();
                    return result;
                } catch (IOException | RuntimeException e) {
                    // half a change must never be part of a later commit
                    writer.get().rollback();
                    throw e;
                }
            }
        });
    }

    private void requireSpace(Embedding embedding) {
        if (!embedding.space().equals(space)) {
            throw new EmbeddingMismatchException(space, embedding.space());
        }
    }

    @Override
    public EmbeddingSpace space() {
        return space;
    }

    @Override
    public void enrol(Collection<Enrolment> enrolments) {
        List<Enrolment> all = List.copyOf(enrolments);
        all.forEach(enrolment -> enrolment.embeddings().forEach(this::requireSpace));
        int count = all.stream().mapToInt(one -> one.embeddings().size()).sum();
        changing(() -> {
            (count < PARALLEL_TEMPLATES ? all.stream() : all.parallelStream()).forEach(this::add);
            return count;
        });
    }

    private void add(Enrolment enrolment) {
        List<Document> documents = new ArrayList<>(enrolment.embeddings().size());
        for (Embedding embedding : enrolment.embeddings()) {
            Document document = new Document();
            document.add(new StringField(SUBJECT, enrolment.subject(), Field.Store.YES));
            document.add(new SortedDocValuesField(SUBJECT, new org.apache.lucene.util.BytesRef(enrolment.subject())));
            document.add(new KnnFloatVectorField(VECTOR, embedding.toArray(), VectorSimilarityFunction.DOT_PRODUCT));
            enrolment
                    .metadata()
                    .forEach((key, value) -> document.add(new StringField(METADATA + key, value, Field.Store.YES)));
            documents.add(document);
        }
        try {
            writer.orElseThrow().addDocuments(documents);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public long remove(String subject) {
        Term term = new Term(SUBJECT, subject);
        return changing(() -> {
            long count = searching(searcher -> (long) searcher.count(new TermQuery(term)));
            writer.orElseThrow().deleteDocuments(term);
            return count;
        });
    }

    /**
     * {@inheritDoc}
     *
     * <p>It leaves one segment with one graph, which is also what searches fastest: worth a call when many have been
     * enrolled. Meanwhile the gallery takes up to three times its room on the disk.
     */
    @Override
    public void compact() {
        changing(() -> {
            writer.orElseThrow().forceMerge(1, true);
            return 0;
        });
        // the files of the old segments were still open when the merge ended
        changing(() -> {
            writer.orElseThrow().deleteUnusedFiles();
            return 0;
        });
    }

    /** Something with a state of the gallery. */
    @FunctionalInterface
    private interface Look<T> {
        T at(IndexSearcher searcher) throws IOException;
    }

    private <T> T searching(Look<T> look) throws IOException {
        if (writer.isEmpty()) {
            // another process may have written
            searchers.maybeRefreshBlocking();
        }
        IndexSearcher searcher = searchers.acquire();
        try {
            return look.at(searcher);
        } finally {
            searchers.release(searcher);
        }
    }

    @Override
    public List<Candidate> search(Embedding probe, Query query) {
        requireSpace(probe);
        return running(() -> searching(searcher -> search(searcher, probe.toArray(), query)));
    }

    private static List<Candidate> search(IndexSearcher searcher, float[] probe, Query query) throws IOException {
        int live = searcher.getIndexReader().numDocs();
        int wanted = query.limit() + MORE_CANDIDATES;
        while (live > 0) {
            ScoreDoc[] found = searcher.search(
                            new KnnFloatVectorQuery(
                                    VECTOR,
                                    probe,
                                    wanted,
                                    filter(query.filter()).orElse(null)),
                            wanted)
                    .scoreDocs;
            Map<String, Hit> subjects = new HashMap<>();
            double lowest = 1;
            for (Hit hit : exact(searcher, found, probe)) {
                lowest = Math.min(lowest, hit.similarity);
                subjects.merge(hit.subject, hit, (one, other) -> one.similarity >= other.similarity ? one : other);
            }
            // subjects with many templates can fill the list; then a longer one is needed
            if (subjects.size() >= query.limit()
                    || found.length < wanted
                    || wanted >= live
                    || lowest < query.minSimilarity()) {
                return candidates(searcher, subjects.values(), query);
            }
            wanted = Math.min(4 * wanted, live);
        }
        return List.of();
    }

    private static Optional<org.apache.lucene.search.Query> filter(Map<String, String> metadata) {
        if (metadata.isEmpty()) {
            return Optional.empty();
        }
        BooleanQuery.Builder all = new BooleanQuery.Builder();
        metadata.forEach(
                (key, value) -> all.add(new TermQuery(new Term(METADATA + key, value)), BooleanClause.Occur.FILTER));
        return Optional.of(all.build());
    }

    private record Hit(int document, String subject, double similarity) {}

    /** Cosines as {@link Embedding#cosine} counts them, from the vectors that were not rounded. */
    private static List<Hit> exact(IndexSearcher searcher, ScoreDoc[] found, float[] probe) throws IOException {
        ScoreDoc[] inOrder = found.clone();
        Arrays.sort(inOrder, Comparator.comparingInt(hit -> hit.doc));
        List<LeafReaderContext> leaves = searcher.getIndexReader().leaves();
        List<Hit> hits = new ArrayList<>(found.length);
        int leaf = -1;
        FloatVectorValues vectors = null;
        SortedDocValues subjects = null;
        for (ScoreDoc one : inOrder) {
            int index = ReaderUtil.subIndex(one.doc, leaves);
            LeafReader reader = leaves.get(index).reader();
            if (index != leaf || vectors == null || subjects == null) {
                leaf = index;
                vectors = Objects.requireNonNull(reader.getFloatVectorValues(VECTOR), VECTOR);
                subjects = Objects.requireNonNull(reader.getSortedDocValues(SUBJECT), SUBJECT);
            }
            int document = one.doc - leaves.get(index).docBase;
            vectors.advance(document);
            subjects.advance(document);
            double sum = 0;
            float[] vector = vectors.vectorValue();
            for (int i = 0; i < probe.length; i++) {
                sum += (double) probe[i] * vector[i];
            }
            hits.add(new Hit(
                    one.doc, subjects.lookupOrd(subjects.ordValue()).utf8ToString(), Math.max(-1, Math.min(1, sum))));
        }
        return hits;
    }

    private static List<Candidate> candidates(IndexSearcher searcher, Collection<Hit> hits, Query query)
            throws IOException {
        List<Hit> best = hits.stream()
                .filter(hit -> hit.similarity >= query.minSimilarity())
                .sorted(Comparator.comparingDouble(Hit::similarity).reversed().thenComparing(Hit::subject))
                .limit(query.limit())
                .toList();
        StoredFields stored = searcher.storedFields();
        List<Candidate> candidates = new ArrayList<>(best.size());
        for (Hit hit : best) {
            candidates.add(new Candidate(hit.subject, hit.similarity, metadata(stored.document(hit.document))));
        }
        return List.copyOf(candidates);
    }

    private static Map<String, String> metadata(Document document) {
        Map<String, String> metadata = new HashMap<>();
        for (IndexableField field : document) {
            if (field.name().startsWith(METADATA)) {
                metadata.put(field.name().substring(METADATA.length()), field.stringValue());
            }
        }
        return Map.copyOf(metadata);
    }

    @Override
    public long templates() {
        return running(
                () -> searching(searcher -> (long) searcher.getIndexReader().numDocs()));
    }

    @Override
    public void forEach(Consumer<Enrolment> action) {
        running(() -> searching(searcher -> {
            for (LeafReaderContext leaf : searcher.getIndexReader().leaves()) {
                walk(leaf.reader(), space, action);
            }
            return 0;
        }));
    }

    private static void walk(LeafReader reader, EmbeddingSpace space, Consumer<Enrolment> action) throws IOException {
        FloatVectorValues vectors = reader.getFloatVectorValues(VECTOR);
        if (vectors == null) {
            return;
        }
        Bits live = reader.getLiveDocs();
        StoredFields stored = reader.storedFields();
        for (int doc = vectors.nextDoc(); doc != DocIdSetIterator.NO_MORE_DOCS; doc = vectors.nextDoc()) {
            if (live == null || live.get(doc)) {
                Document document = stored.document(doc);
                Embedding embedding = Embedding.of(space, vectors.vectorValue());
                action.accept(new Enrolment(document.get(SUBJECT), List.of(embedding), metadata(document)));
            }
        }
    }

    /**
     * Checks every file of a gallery that nobody writes to: checksums, structure, and that each vector has unit length.
     *
     * @param folder where it was created
     * @return how many templates it holds
     * @throws GalleryException when something is damaged, or the gallery is being written to
     */
    public static long verify(Path folder) {
        try (Directory directory = existing(folder)) {
            readSpace(folder, directory);
            try (CheckIndex check = new CheckIndex(directory)) {
                CheckIndex.Status status = check.checkIndex();
                if (!status.clean) {
                    throw new GalleryException(
                            "gallery-damaged",
                            "the gallery in " + folder + " is damaged: " + status.numBadSegments
                                    + " of its segments, with " + status.totLoseDocCount
                                    + " templates, can't be read; restore it from a copy, or enrol again");
                }
            }
        } catch (IOException e) {
            throw failed(folder, e);
        }
        long[] count = {0};
        try (LuceneGallery gallery = read(folder)) {
            gallery.forEach(enrolment -> {
                Embedding embedding = enrolment.embeddings().get(0);
                if (Math.abs(embedding.cosine(embedding) - 1) > 1e-5) {
                    throw new GalleryException(
                            "gallery-damaged",
                            "the gallery in " + folder + " is damaged: a template of '" + enrolment.subject()
                                    + "' is no unit vector; remove the subject and enrol it again");
                }
                count[0]++;
            });
        }
        return count[0];
    }

    @Override
    public void close() {
        Lock lock = life.writeLock();
        lock.lock();
        try {
            if (closed) {
                return;
            }
            closed = true;
            searchers.close();
            if (writer.isPresent() && writer.get().isOpen()) {
                writer.get().rollback();
            }
            directory.close();
        } catch (IOException e) {
            throw failed(folder, e);
        } finally {
            lock.unlock();
        }
    }
}
