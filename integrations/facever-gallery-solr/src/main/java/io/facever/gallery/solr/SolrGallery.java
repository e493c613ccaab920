package io.facever.gallery.solr;

import io.facever.Embedding;
import io.facever.EmbeddingMismatchException;
import io.facever.EmbeddingSpace;
import io.facever.gallery.Candidate;
import io.facever.gallery.Enrolment;
import io.facever.gallery.Gallery;
import io.facever.gallery.GalleryException;
import io.facever.gallery.Query;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Consumer;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.apache.solr.client.solrj.SolrQuery;
import org.apache.solr.client.solrj.SolrRequest;
import org.apache.solr.client.solrj.SolrServerException;
import org.apache.solr.client.solrj.impl.CloudHttp2SolrClient;
import org.apache.solr.client.solrj.impl.Http2SolrClient;
import org.apache.solr.client.solrj.request.CollectionAdminRequest;
import org.apache.solr.client.solrj.request.ConfigSetAdminRequest;
import org.apache.solr.client.solrj.request.UpdateRequest;
import org.apache.solr.client.solrj.response.QueryResponse;
import org.apache.solr.client.solrj.util.ClientUtils;
import org.apache.solr.common.SolrDocument;
import org.apache.solr.common.SolrException;
import org.apache.solr.common.SolrInputDocument;
import org.apache.solr.common.params.CursorMarkParams;
import org.apache.solr.common.util.ContentStreamBase;

/**
 * A gallery on an Apache Solr cluster (SolrCloud): a collection of shards, each with replicas, that takes over where
 * one machine is not enough. Each shard proposes candidates from a navigable small world graph over its vectors, so a
 * subject can be missed; {@code docs/galleries.md} has the measured rates.
 *
 * <p>It differs from {@link Gallery} in what a cluster can't promise. A search that runs while others enrol or remove
 * may see a part of such a call, and so does {@link #forEach}. When a call fails half-way, a part may have been stored:
 * make it again. Enrolling the same embedding with the same subject and metadata again changes nothing.
 *
 * <p>What a cluster answers with a passing fault (a node away, a leader being elected) is tried again, for some
 * seconds, waiting longer each time. After that it is a {@link GalleryException}.
 *
 * @since 0.1.0
 */
public final class SolrGallery implements Gallery {
    private static final String ID = "id";
    private static final String SUBJECT = "subject";
    private static final String VECTOR = "vector";
    private static final String METADATA = "meta_";
    private static final String SPACE = "space_";
    private static final String SPACE_ID = "facever-space";
    private static final String VERSION = "1";

    /** Beyond those asked for, from each shard: the knob that trades time for recall. */
    private static final int MORE_CANDIDATES = 50;

    private static final int BATCH = 500;
    private static final int PAGE = 500;

    /** With waits of 0.1, 0.2, … 3.2 seconds between them: longer than the election of a leader takes. */
    private static final int TRIES = 7;

    private static final long FIRST_WAIT_MILLIS = 100;
    private static final int FIRST_REFUSAL = 400;
    private static final int FORBIDDEN = 403;
    private static final int FIRST_SERVER_FAULT = 500;

    private final CloudHttp2SolrClient client;
    private final String collection;
    private final EmbeddingSpace space;
    private final ReentrantReadWriteLock life = new ReentrantReadWriteLock();
    private boolean closed;

    private SolrGallery(CloudHttp2SolrClient client, String collection, EmbeddingSpace space) {
        this.client = client;
        this.collection = collection;
        this.space = space;
    }

    /**
     * Makes an empty gallery: its schema, its shards and their replicas.
     *
     * @param urls addresses of some nodes of the cluster, as in {@code http://solr-1:8983/solr}
     * @param collection name of the collection to make
     * @param space of all its embeddings
     * @param shards parts that are searched side by side
     * @param replicas copies of each shard; with 2, any one node may fail
     * @throws GalleryException when there is such a collection already, or the cluster is away
     */
    public static SolrGallery create(
            List<String> urls, String collection, EmbeddingSpace space, int shards, int replicas) {
        CloudHttp2SolrClient client = client(urls);
        try {
            if (call(collection, () -> CollectionAdminRequest.listCollections(client))
                    .contains(collection)) {
                throw new GalleryException(
                        "gallery-exists",
                        "the cluster has a collection '" + collection + "' already; open it, or choose another name");
            }
            String configuration = "facever-gallery-" + VERSION + "-" + space.dimension();
            call(collection, () -> {
                if (!new ConfigSetAdminRequest.List()
                        .process(client)
                        .getConfigSets()
                        .contains(configuration)) {
                    ConfigSetAdminRequest.Upload upload = new ConfigSetAdminRequest.Upload();
                    upload.setConfigSetName(configuration);
                    upload.setOverwrite(true);
                    upload.setUploadStream(new ContentStreamBase.ByteArrayStream(
                            configuration(space.dimension()), "facever-gallery", "application/octet-stream"));
                    upload.process(client);
                }
                return configuration;
            });
            // not tried again: a second try would meet what the first one made
            once(collection, () -> ready(
                            CollectionAdminRequest.createCollection(collection, configuration, shards, replicas))
                    .process(client));
            SolrInputDocument marker = new SolrInputDocument();
            marker.setField(ID, SPACE_ID);
            marker.setField(SPACE + "version", VERSION);
            marker.setField(SPACE + "id", space.id());
            marker.setField(SPACE + "model", space.model());
            marker.setField(SPACE + "alignment", space.alignment());
            marker.setField(SPACE + "dimension", Integer.toString(space.dimension()));
            SolrGallery gallery = new SolrGallery(client, collection, space);
            gallery.store(new UpdateRequest().add(marker));
            return gallery;
        } catch (RuntimeException e) {
            close(client, e);
            throw e;
        }
    }

    /**
     * Opens a gallery.
     *
     * @param urls addresses of some nodes of the cluster, as in {@code http://solr-1:8983/solr}
     * @param collection name that it was created with
     * @throws GalleryException when there is no such gallery, or the cluster is away
     */
    public static SolrGallery open(List<String> urls, String collection) {
        CloudHttp2SolrClient client = client(urls);
        try {
            if (!call(collection, () -> CollectionAdminRequest.listCollections(client))
                    .contains(collection)) {
                throw new GalleryException(
                        "gallery-missing",
                        "the cluster has no collection '" + collection + "'; create a gallery, or correct the name");
            }
            SolrDocument marker = call(collection, () -> client.getById(collection, SPACE_ID));
            if (marker == null || !VERSION.equals(marker.getFirstValue(SPACE + "version"))) {
                throw new GalleryException(
                        "gallery-foreign",
                        "the collection '" + collection + "' is no gallery of version " + VERSION + "; found "
                                + (marker == null
                                        ? "no document " + SPACE_ID
                                        : "version " + marker.getFirstValue(SPACE + "version"))
                                + ": correct the name, or use the facever that made it");
            }
            return new SolrGallery(
                    client,
                    collection,
                    new EmbeddingSpace(
                            text(marker, SPACE + "id"),
                            text(marker, SPACE + "model"),
                            text(marker, SPACE + "alignment"),
                            Integer.parseInt(text(marker, SPACE + "dimension"))));
        } catch (RuntimeException e) {
            close(client, e);
            throw e;
        }
    }

    /** Solr 10 will wait by itself, so its libraries warn of this, but Solr 9 does not. */
    @SuppressWarnings("deprecation")
    private static CollectionAdminRequest.Create ready(CollectionAdminRequest.Create create) {
        create.setWaitForFinalState(true);
        return create;
    }

    private static CloudHttp2SolrClient client(List<String> urls) {
        return new CloudHttp2SolrClient.Builder(List.copyOf(urls))
                .withHttpClientBuilder(new Http2SolrClient.Builder()
                        .withConnectionTimeout(5, TimeUnit.SECONDS)
                        .withIdleTimeout(2, TimeUnit.MINUTES))
                .build();
    }

    private static void close(CloudHttp2SolrClient client, RuntimeException cause) {
        try {
            client.close();
        } catch (IOException e) {
            cause.addSuppressed(e);
        }
    }

    private static String text(SolrDocument document, String field) {
        return String.valueOf(Objects.requireNonNull(document.getFirstValue(field), field));
    }

    /** The configuration that a collection is made of, zipped as Solr wants it. */
    private static byte[] configuration(int dimension) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
            for (String name : List.of("schema.xml", "solrconfig.xml")) {
                try (InputStream in = Objects.requireNonNull(SolrGallery.class.getResourceAsStream(name), name)) {
                    String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
                    zip.putNextEntry(new ZipEntry(name));
                    zip.write(text.replace("@dimension@", Integer.toString(dimension))
                            .getBytes(StandardCharsets.UTF_8));
                }
            }
        }
        return bytes.toByteArray();
    }

    /** Something that is asked of the cluster. */
    @FunctionalInterface
    private interface Ask<T> {
        T of() throws IOException, SolrServerException;
    }

    private static <T> T once(String collection, Ask<T> ask) {
        try {
            return ask.of();
        } catch (IOException | SolrServerException | RuntimeException e) {
            throw failed(collection, 1, e);
        }
    }

    /** Asks, and asks again after passing faults. */
    private static <T> T call(String collection, Ask<T> ask) {
        for (int attempt = 1; ; attempt++) {
            try {
                return ask.of();
            } catch (IOException | SolrServerException | RuntimeException e) {
                if (attempt == TRIES || !passing(e)) {
                    throw failed(collection, attempt, e);
                }
                try {
                    Thread.sleep(FIRST_WAIT_MILLIS << (attempt - 1));
                } catch (InterruptedException interrupted) {
                    Thread.currentThread().interrupt();
                    throw failed(collection, attempt, e);
                }
            }
        }
    }

    /**
     * A refused request stays refused; all else may go by. A node that stops breaks off answers that began with a status
     * of success; and one that still has a stopped node on its list of replicas, and no more on that of live nodes,
     * calls its address forbidden.
     */
    private static boolean passing(Exception e) {
        Throwable cause = cause(e);
        if (cause instanceof SolrException answered) {
            return brokeOff(answered) || answered.code() == FORBIDDEN || answered.code() >= FIRST_SERVER_FAULT;
        }
        return !(cause instanceof RuntimeException) || cause.getClass() == RuntimeException.class;
    }

    private static boolean brokeOff(SolrException answered) {
        return answered.code() < FIRST_REFUSAL;
    }

    private static Throwable cause(Exception e) {
        return e instanceof SolrServerException && e.getCause() != null ? e.getCause() : e;
    }

    /** What SolrJ throws that is none of its own types is a bare RuntimeException when no node answers, or a fault. */
    private static RuntimeException failed(String collection, int attempts, Exception e) {
        if (e instanceof RuntimeException fault
                && !(e instanceof SolrException)
                && e.getClass() != RuntimeException.class) {
            return fault;
        }
        // what an update was refused for may quote its numbers
        Throwable cause = cause(e);
        String what;
        if (cause instanceof SolrException answered) {
            what = brokeOff(answered) ? "broke off its answer" : "answered " + answered.code();
        } else {
            what = "did not answer (" + cause.getClass().getSimpleName() + ")";
        }
        return new GalleryException(
                "gallery-unavailable",
                "the cluster with the collection '" + collection + "' " + what + ", in " + attempts
                        + " tries; see that its nodes are up and every shard has a leader, then make the call again");
    }

    /** Runs one call, and keeps {@link #close} waiting until it is done. */
    private <T> T running(Ask<T> ask) {
        Lock lock = life.readLock();
        lock.lock();
        try {
            requireOpen();
            return call(collection, ask);
        } finally {
            lock.unlock();
        }
    }

    private void requireOpen() {
        if (closed) {
            throw new IllegalStateException("this gallery is closed; see docs/errors.md#closed");
        }
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
        List<SolrInputDocument> documents = new ArrayList<>();
        for (Enrolment enrolment : all) {
            for (Embedding embedding : enrolment.embeddings()) {
                documents.add(document(enrolment, embedding));
            }
            if (documents.size() >= BATCH) {
                add(documents);
                documents = new ArrayList<>();
            }
        }
        if (!documents.isEmpty()) {
            add(documents);
        }
        running(() -> client.commit(collection));
    }

    private void add(List<SolrInputDocument> documents) {
        running(() -> new UpdateRequest().add(documents).process(client, collection));
    }

    private void store(UpdateRequest update) {
        running(() -> update.commit(client, collection));
    }

    private SolrInputDocument document(Enrolment enrolment, Embedding embedding) {
        float[] values = embedding.toArray();
        SolrInputDocument document = new SolrInputDocument();
        document.setField(ID, id(enrolment, values));
        document.setField(SUBJECT, enrolment.subject());
        List<Float> numbers = new ArrayList<>(values.length);
        for (float value : values) {
            numbers.add(value);
        }
        document.setField(VECTOR, numbers);
        enrolment.metadata().forEach((key, value) -> document.setField(METADATA + key, value));
        return document;
    }

    /**
     * Made from what is stored, so that a request that is sent twice stores it once. The part before the mark keeps the
     * templates of a subject in one shard.
     */
    private static String id(Enrolment enrolment, float[] values) {
        ByteBuffer numbers = ByteBuffer.allocate(values.length * Float.BYTES);
        numbers.asFloatBuffer().put(values);
        MessageDigest digest = sha256();
        digest.update(numbers);
        new TreeMap<>(enrolment.metadata())
                .forEach((key, value) -> digest.update((key + "=" + value + "\n").getBytes(StandardCharsets.UTF_8)));
        byte[] subject = sha256().digest(enrolment.subject().getBytes(StandardCharsets.UTF_8));
        return HexFormat.of().formatHex(subject) + "!" + HexFormat.of().formatHex(digest.digest());
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    @Override
    public long remove(String subject) {
        String which = SUBJECT + ":" + ClientUtils.escapeQueryChars(subject);
        long count = count(which);
        store(new UpdateRequest().deleteByQuery(which));
        return count;
    }

    private long count(String which) {
        return running(() -> client.query(collection, new SolrQuery(which).setRows(0), SolrRequest.METHOD.POST)
                .getResults()
                .getNumFound());
    }

    /**
     * {@inheritDoc}
     *
     * <p>The transaction logs of the nodes keep the last updates beside the index until newer ones take their place.
     */
    @Override
    public void compact() {
        UpdateRequest expunge = new UpdateRequest();
        expunge.setAction(UpdateRequest.ACTION.COMMIT, true, true);
        expunge.setParam("expungeDeletes", "true");
        running(() -> expunge.process(client, collection));
    }

    @Override
    public List<Candidate> search(Embedding probe, Query query) {
        requireSpace(probe);
        String vector = Arrays.toString(probe.toArray()).replace(" ", "");
        int wanted = query.limit() + MORE_CANDIDATES;
        while (true) {
            List<SolrDocument> found = nearest(vector, wanted, query.filter());
            Map<String, Candidate> subjects = new HashMap<>();
            double lowest = 1;
            for (SolrDocument one : found) {
                Candidate candidate = new Candidate(text(one, SUBJECT), cosine(one), metadata(one));
                lowest = Math.min(lowest, candidate.similarity());
                subjects.merge(candidate.subject(), candidate, (a, b) -> a.similarity() >= b.similarity() ? a : b);
            }
            // subjects with many templates can fill the list; then a longer one is needed
            if (subjects.size() >= query.limit() || found.size() < wanted || lowest < query.minSimilarity()) {
                return subjects.values().stream()
                        .filter(candidate -> candidate.similarity() >= query.minSimilarity())
                        .sorted(Candidate.BEST_FIRST)
                        .limit(query.limit())
                        .toList();
            }
            wanted *= 4;
        }
    }

    private List<SolrDocument> nearest(String vector, int wanted, Map<String, String> filter) {
        SolrQuery request = new SolrQuery("{!knn f=" + VECTOR + " topK=" + wanted + "}" + vector);
        request.setRows(wanted);
        request.setFields(SUBJECT, METADATA + "*", "score");
        int index = 0;
        for (Map.Entry<String, String> one : filter.entrySet()) {
            // the value as a parameter of its own, so that nothing in it is taken for syntax
            request.addFilterQuery("{!term f=" + METADATA + one.getKey() + " v=$filter" + index + "}");
            request.set("filter" + index, one.getValue());
            index++;
        }
        QueryResponse response = running(() -> client.query(collection, request, SolrRequest.METHOD.POST));
        return response.getResults();
    }

    /** Solr's score is (1 + cosine) / 2. */
    private static double cosine(SolrDocument found) {
        double score = ((Number) Objects.requireNonNull(found.getFirstValue("score"), "score")).doubleValue();
        return Math.max(-1, Math.min(1, 2 * score - 1));
    }

    private static Map<String, String> metadata(SolrDocument document) {
        Map<String, String> metadata = new HashMap<>();
        document.getFieldNames().stream()
                .filter(name -> name.startsWith(METADATA))
                .forEach(name -> metadata.put(name.substring(METADATA.length()), text(document, name)));
        return Map.copyOf(metadata);
    }

    @Override
    public long templates() {
        return count(SUBJECT + ":*");
    }

    @Override
    public void forEach(Consumer<Enrolment> action) {
        String mark = CursorMarkParams.CURSOR_MARK_START;
        while (true) {
            SolrQuery page = new SolrQuery(SUBJECT + ":*");
            page.setRows(PAGE);
            page.setSort(ID, SolrQuery.ORDER.asc);
            page.setFields(SUBJECT, VECTOR, METADATA + "*");
            page.set(CursorMarkParams.CURSOR_MARK_PARAM, mark);
            QueryResponse response = running(() -> client.query(collection, page, SolrRequest.METHOD.POST));
            response.getResults().forEach(one -> action.accept(enrolment(one)));
            if (mark.equals(response.getNextCursorMark())) {
                return;
            }
            mark = response.getNextCursorMark();
        }
    }

    private Enrolment enrolment(SolrDocument document) {
        float[] values = new float[space.dimension()];
        int at = 0;
        for (Object number :
                Optional.ofNullable(document.getFieldValues(VECTOR)).orElseThrow()) {
            values[at++] = ((Number) number).floatValue();
        }
        return new Enrolment(text(document, SUBJECT), List.of(Embedding.of(space, values)), metadata(document));
    }

    @Override
    public void close() {
        Lock lock = life.writeLock();
        lock.lock();
        try {
            if (!closed) {
                closed = true;
                client.close();
            }
        } catch (IOException e) {
            throw failed(collection, 1, e);
        } finally {
            lock.unlock();
        }
    }
}
