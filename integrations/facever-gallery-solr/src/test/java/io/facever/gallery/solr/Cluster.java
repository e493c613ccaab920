package io.facever.gallery.solr;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.apache.solr.cloud.MiniSolrCloudCluster;
import org.apache.solr.embedded.JettySolrRunner;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Three nodes of Solr and their ZooKeeper, on the loopback interface. */
final class Cluster implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Cluster.class);

    private final Path folder;
    private final MiniSolrCloudCluster nodes;

    Cluster() throws Exception {
        folder = Files.createTempDirectory("facever-solr");
        nodes = new MiniSolrCloudCluster.Builder(3, folder).build();
    }

    List<String> urls() {
        return nodes.getJettySolrRunners().stream()
                .map(node -> node.getBaseUrl().toString())
                .toList();
    }

    /** Stops one node, and waits until the others have noticed. */
    void stopOne() throws Exception {
        JettySolrRunner stopped = nodes.stopJettySolrRunner(1);
        nodes.waitForJettyToStop(stopped);
    }

    /**
     * Stops all. Solr gives each pool of threads of a node two minutes to end; one that takes longer is told here and
     * fails no test, as what a test checks of a gallery, it has checked by now.
     */
    @Override
    public void close() throws IOException {
        try {
            nodes.shutdown();
        } catch (Exception e) {
            LOG.error("the nodes did not stop; their files stay in {}", folder, e);
            return;
        }
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }
}
