package io.facever.gallery.solr;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.facever.Embedding;
import io.facever.EmbeddingSpace;
import io.facever.gallery.Candidate;
import io.facever.gallery.Enrolment;
import io.facever.gallery.ExactGallery;
import io.facever.gallery.Gallery;
import io.facever.gallery.GalleryException;
import io.facever.gallery.Query;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import javax.servlet.http.HttpServletRequest;
import javax.servlet.http.HttpServletResponse;
import org.apache.solr.common.util.JavaBinCodec;
import org.apache.solr.common.util.NamedList;
import org.apache.solr.common.util.SimpleOrderedMap;
import org.eclipse.jetty.http2.server.HTTP2CServerConnectionFactory;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.handler.AbstractHandler;
import org.junit.jupiter.api.Test;

class SolrGalleryTest {
    private static final EmbeddingSpace SPACE = new EmbeddingSpace("solr-test", "test", "none", 64);
    private static final int TEMPLATES = 3000;
    private static final int CLIENTS = 8;

    private static float[] numbers(Random random) {
        float[] values = new float[SPACE.dimension()];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return values;
    }

    /** People with ten templates each. */
    private static List<Enrolment> people() {
        Random random = new Random(11);
        List<Enrolment> all = new ArrayList<>();
        float[] centre = numbers(random);
        for (int i = 0; i < TEMPLATES; i++) {
            if (i % 10 == 0) {
                centre = numbers(random);
            }
            float[] one = numbers(random);
            for (int d = 0; d < one.length; d++) {
                one[d] = centre[d] + 0.7f * one[d];
            }
            all.add(new Enrolment("s" + i, List.of(Embedding.of(SPACE, one)), Map.of("tenant", "" + i % 3)));
        }
        return all;
    }

    /** Share of the ten that an exact search finds which the gallery finds, too. */
    private static double recall(Gallery gallery, List<Embedding> probes, List<Set<String>> expected) {
        int found = 0;
        for (int i = 0; i < probes.size(); i++) {
            for (Candidate one : gallery.search(probes.get(i), Query.top(10))) {
                found += expected.get(i).contains(one.subject()) ? 1 : 0;
            }
        }
        return found / (10.0 * probes.size());
    }

    @Test
    void searchesGoOnWithTheSameRecallWhenANodeStopsUnderLoad() throws Exception {
        List<Enrolment> all = people();
        ExactGallery exact = ExactGallery.of(SPACE);
        exact.enrol(all);
        Random random = new Random(12);
        List<Embedding> probes = new ArrayList<>();
        List<Set<String>> expected = new ArrayList<>();
        for (int i = 0; i < TEMPLATES; i += 100) {
            float[] near = all.get(i).embeddings().get(0).toArray();
            for (int d = 0; d < near.length; d++) {
                near[d] += (float) (0.06 * random.nextGaussian());
            }
            Embedding probe = Embedding.of(SPACE, near);
            probes.add(probe);
            Set<String> best = new HashSet<>();
            exact.search(probe, Query.top(10)).forEach(one -> best.add(one.subject()));
            expected.add(best);
        }
        ExecutorService threads = Executors.newFixedThreadPool(CLIENTS);
        try (Cluster cluster = new Cluster();
                SolrGallery gallery = SolrGallery.create(cluster.urls(), "staff", SPACE, 2, 2)) {
            gallery.enrol(all);
            double before = recall(gallery, probes, expected);
            assertThat(before).isGreaterThan(0.95);

            AtomicBoolean done = new AtomicBoolean();
            CountDownLatch searching = new CountDownLatch(CLIENTS);
            List<Future<Double>> clients = new ArrayList<>();
            for (int client = 0; client < CLIENTS; client++) {
                clients.add(threads.submit(() -> {
                    double worst = recall(gallery, probes.subList(0, 5), expected.subList(0, 5));
                    searching.countDown();
                    while (!done.get()) {
                        worst = Math.min(worst, recall(gallery, probes.subList(0, 5), expected.subList(0, 5)));
                    }
                    return worst;
                }));
            }
            assertThat(searching.await(1, TimeUnit.MINUTES)).isTrue();
            cluster.stopOne();
            double after = recall(gallery, probes, expected);
            done.set(true);
            for (Future<Double> client : clients) {
                assertThat(client.get())
                        .as("no search failed, and none lost candidates")
                        .isGreaterThan(0.9);
            }
            assertThat(after).isEqualTo(before);

            gallery.enrol(Enrolment.of("late", probes.get(0)));
            assertThat(gallery.search(probes.get(0), Query.top(1)).get(0).subject())
                    .isEqualTo("late");
            assertThat(gallery.templates()).isEqualTo(TEMPLATES + 1);
            try (SolrGallery again = SolrGallery.open(cluster.urls(), "staff")) {
                assertThat(again.space()).isEqualTo(SPACE);
                assertThat(again.templates()).isEqualTo(TEMPLATES + 1);
            }
            assertThatThrownBy(() -> SolrGallery.create(cluster.urls(), "staff", SPACE, 1, 1))
                    .hasMessageContaining("gallery-exists");
            assertThatThrownBy(() -> SolrGallery.open(cluster.urls(), "nobody"))
                    .hasMessageContaining("gallery-missing");
        } finally {
            threads.shutdownNow();
        }
    }

    /** A node without collections, whose first answers end in the middle. */
    private static Server breakingOff(int times, AtomicInteger asked) throws Exception {
        Server node = new Server();
        ServerConnector connector =
                new ServerConnector(node, new HTTP2CServerConnectionFactory(new HttpConfiguration()));
        connector.setHost("127.0.0.1");
        node.addConnector(connector);
        node.setHandler(new AbstractHandler() {
            @Override
            public void handle(String path, Request base, HttpServletRequest request, HttpServletResponse response)
                    throws IOException {
                base.setHandled(true);
                NamedList<Object> answer = new SimpleOrderedMap<>();
                boolean whole = true;
                if ("LIST".equals(request.getParameter("action"))) {
                    answer.add("collections", List.of());
                    whole = asked.incrementAndGet() > times;
                } else {
                    NamedList<Object> cluster = new SimpleOrderedMap<>();
                    cluster.add("live_nodes", List.of("127.0.0.1:" + connector.getLocalPort() + "_solr"));
                    answer.add("cluster", cluster);
                }
                ByteArrayOutputStream bytes = new ByteArrayOutputStream();
                try (JavaBinCodec codec = new JavaBinCodec()) {
                    codec.marshal(answer, bytes);
                }
                response.setContentType("application/octet-stream");
                response.getOutputStream().write(bytes.toByteArray(), 0, whole ? bytes.size() : bytes.size() / 2);
                response.flushBuffer();
                if (!whole) {
                    base.getHttpChannel().abort(new IOException("this node stops"));
                }
            }
        });
        node.start();
        return node;
    }

    @Test
    void anAnswerThatBreaksOffIsAskedForAgain() throws Exception {
        AtomicInteger asked = new AtomicInteger();
        Server node = breakingOff(2, asked);
        try {
            assertThatThrownBy(() -> SolrGallery.open(List.of(node.getURI() + "solr"), "staff"))
                    .as("what the whole answer told")
                    .hasMessageContaining("gallery-missing");
            assertThat(asked).hasValue(3);
        } finally {
            node.stop();
        }
    }

    @Test
    void answersThatAllBreakOffAreToldAsSuch() throws Exception {
        Server node = breakingOff(Integer.MAX_VALUE, new AtomicInteger());
        try {
            assertThatThrownBy(() -> SolrGallery.open(List.of(node.getURI() + "solr"), "staff"))
                    .isInstanceOf(GalleryException.class)
                    .hasMessageContaining("gallery-unavailable")
                    .hasMessageContaining("broke off its answer, in 7 tries");
        } finally {
            node.stop();
        }
    }

    @Test
    void aClusterThatIsAwayIsToldWithTheWayOut() throws Exception {
        int port;
        try (ServerSocket free = new ServerSocket(0)) {
            port = free.getLocalPort();
        }
        assertThatThrownBy(() -> SolrGallery.open(List.of("http://127.0.0.1:" + port + "/solr"), "staff"))
                .isInstanceOf(GalleryException.class)
                .hasMessageContaining("gallery-unavailable")
                .hasMessageContaining("7 tries");
    }
}
