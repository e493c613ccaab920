import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Shows what the service does under more load than it can serve. First it measures what the service can serve, with as
 * many callers at once as given; then it sends four times that rate, whether answers come or not, as real callers do.
 *
 * <p>{@code java examples/load/Load.java http://127.0.0.1:8080 reference.jpg query.jpg [callers [seconds [pid]]]}: with
 * the process id of the service it also tells its largest memory (Linux).
 */
final class Load {
    private static final String BOUNDARY = "----load";

    private final HttpClient http = HttpClient.newHttpClient();
    private final HttpRequest request;

    private Load(URI service, byte[] body) {
        request = HttpRequest.newBuilder(service.resolve("/api/verify"))
                .header("Content-Type", "multipart/form-data; boundary=" + BOUNDARY)
                .timeout(Duration.ofSeconds(60))
                .POST(HttpRequest.BodyPublishers.ofByteArray(body))
                .build();
    }

    public static void main(String[] args) throws Exception {
        if (args.length < 3) {
            System.err.println("usage: java Load.java URL REFERENCE QUERY [CALLERS [SECONDS [PID]]]");
            System.exit(2);
        }
        int callers = args.length > 3 ? Integer.parseInt(args[3]) : Runtime.getRuntime().availableProcessors();
        int seconds = args.length > 4 ? Integer.parseInt(args[4]) : 30;
        Load load = new Load(URI.create(args[0]), form(Path.of(args[1]), Path.of(args[2])));
        load.closed(callers, seconds / 3);
        Results capacity = load.closed(callers, seconds);
        double rate = capacity.count(200) / (double) seconds;
        capacity.print(String.format(Locale.ROOT, "%d callers, each waiting for its answer", callers), seconds);
        if (rate == 0) {
            System.err.println("nothing was served");
            System.exit(1);
        }
        load.open(4 * rate, seconds)
                .print(String.format(Locale.ROOT, "4 x that: %.2f requests/s, waiting for nothing", 4 * rate), seconds);
        if (args.length > 5) {
            System.out.println(memory(args[5]));
        }
        System.exit(0);
    }

    private static byte[] form(Path reference, Path query) throws IOException {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        for (Map.Entry<String, Path> part :
                new TreeMap<>(Map.of("reference", reference, "query", query)).entrySet()) {
            body.writeBytes(("--" + BOUNDARY + "\r\nContent-Disposition: form-data; name=\"" + part.getKey()
                            + "\"; filename=\"photo\"\r\n\r\n")
                    .getBytes(StandardCharsets.UTF_8));
            body.writeBytes(Files.readAllBytes(part.getValue()));
            body.writeBytes("\r\n".getBytes(StandardCharsets.UTF_8));
        }
        body.writeBytes(("--" + BOUNDARY + "--\r\n").getBytes(StandardCharsets.UTF_8));
        return body.toByteArray();
    }

    /** Each caller sends its next request when it has its answer. */
    private Results closed(int callers, int seconds) throws InterruptedException {
        Results results = new Results();
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
        CountDownLatch done = new CountDownLatch(callers);
        for (int i = 0; i < callers; i++) {
            new Thread(() -> {
                        while (System.nanoTime() < end) {
                            long start = System.nanoTime();
                            try {
                                HttpResponse<Void> response =
                                        http.send(request, HttpResponse.BodyHandlers.discarding());
                                results.add(response.statusCode(), System.nanoTime() - start);
                            } catch (IOException | InterruptedException e) {
                                results.add(0, System.nanoTime() - start);
                            }
                        }
                        done.countDown();
                    })
                    .start();
        }
        done.await();
        return results;
    }

    /** Requests leave at a fixed rate. */
    private Results open(double rate, int seconds) throws InterruptedException {
        Results results = new Results();
        int total = (int) Math.round(rate * seconds);
        CountDownLatch done = new CountDownLatch(total);
        AtomicLong left = new AtomicLong(total);
        ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor();
        clock.scheduleAtFixedRate(
                () -> {
                    if (left.getAndDecrement() <= 0) {
                        return;
                    }
                    long start = System.nanoTime();
                    http.sendAsync(request, HttpResponse.BodyHandlers.discarding())
                            .whenComplete((response, failure) -> {
                                results.add(failure == null ? response.statusCode() : 0, System.nanoTime() - start);
                                done.countDown();
                            });
                },
                0,
                (long) (1e9 / rate),
                TimeUnit.NANOSECONDS);
        done.await();
        clock.shutdown();
        return results;
    }

    private static String memory(String pid) throws IOException {
        List<String> lines = Files.readAllLines(Path.of("/proc", pid, "status"));
        return lines.stream()
                .filter(line -> line.startsWith("VmHWM"))
                .map(line -> "largest memory of the service: "
                        + Long.parseLong(line.replaceAll("\\D", "")) / 1024 + " MiB")
                .findFirst()
                .orElse("no memory figure");
    }

    /** Statuses and how long they took; status 0 is a failed connection. */
    private static final class Results {
        private final Map<Integer, ConcurrentLinkedQueue<Long>> nanos = new TreeMap<>();

        synchronized void add(int status, long took) {
            nanos.computeIfAbsent(status, unused -> new ConcurrentLinkedQueue<>()).add(took);
        }

        synchronized int count(int status) {
            return nanos.containsKey(status) ? nanos.get(status).size() : 0;
        }

        synchronized void print(String what, int seconds) {
            System.out.println(what);
            nanos.forEach((status, times) -> {
                long[] sorted = times.stream().mapToLong(Long::longValue).toArray();
                Arrays.sort(sorted);
                System.out.printf(
                        Locale.ROOT,
                        "  status %d: %5d, %.2f/s; ms: median %d, 95 %% %d, most %d%n",
                        status,
                        sorted.length,
                        sorted.length / (double) seconds,
                        sorted[sorted.length / 2] / 1_000_000,
                        sorted[(int) (sorted.length * 0.95)] / 1_000_000,
                        sorted[sorted.length - 1] / 1_000_000);
            });
        }
    }
}
