package io.facever.models.internal;

import io.facever.models.internal.WeightsUnpickler.StorageRef;
import io.facever.models.internal.WeightsUnpickler.TensorRef;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;

/**
 * A PyTorch state dict, in the format of {@code torch.save} before version 1.6 (five pickles, then the numbers) or
 * since (a ZIP with {@code data.pkl} and one entry for each storage). A checkpoint that holds one state dict among
 * other values is read as that state dict; the prefix {@code module.} of parallel training is taken off.
 */
public final class TorchWeights implements Weights {
    /** First value of the old format, from torch/serialization.py. */
    private static final String MAGIC = "119547037146038801333356";

    private static final String PARALLEL_PREFIX = "module.";

    private final Map<String, TensorRef> tensors;
    private final Map<String, float[]> storages;

    private TorchWeights(Map<String, TensorRef> tensors, Map<String, float[]> storages) {
        this.tensors = tensors;
        this.storages = storages;
    }

    /**
     * Reads a file.
     *
     * @throws WeightsException when it is no state dict, or cut off
     * @throws IOException when the file itself can't be read
     */
    public static TorchWeights read(Path file) throws IOException {
        try {
            return isZip(file) ? readZip(file) : readLegacy(file);
        } catch (WeightsException | FileSystemException e) {
            throw e;
        } catch (EOFException | ZipException e) {
            throw new WeightsException(file.getFileName() + " is cut off or damaged: " + e, e);
        } catch (IOException | RuntimeException e) {
            // the pickle library has many ways to say that bytes are no pickle, and the casts above add some
            throw new WeightsException(file.getFileName() + " can't be read as a PyTorch state dict: " + e, e);
        }
    }

    private static boolean isZip(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            byte[] start = in.readNBytes(4);
            return start.length == 4 && start[0] == 'P' && start[1] == 'K' && start[2] == 3 && start[3] == 4;
        }
    }

    private static TorchWeights readLegacy(Path file) throws IOException {
        long length = Files.size(file);
        try (DataInputStream in = new DataInputStream(new BufferedInputStream(Files.newInputStream(file), 1 << 16))) {
            if (!MAGIC.equals(String.valueOf(unpickle(in)))) {
                throw new WeightsException(file.getFileName() + " is no file that torch.save wrote");
            }
            unpickle(in); // protocol version
            Object system = unpickle(in);
            if (system instanceof Map<?, ?> map && Boolean.FALSE.equals(map.get("little_endian"))) {
                throw new WeightsException(file.getFileName() + " was written in big-endian order, expected little");
            }
            Map<String, TensorRef> tensors = tensors(file, unpickle(in));
            Map<String, StorageRef> refs = storages(tensors.values());
            Map<String, float[]> storages = new HashMap<>();
            for (Object key : (List<?>) unpickle(in)) {
                long count = Long.reverseBytes(in.readLong());
                StorageRef ref = Optional.ofNullable(refs.get(String.valueOf(key)))
                        .orElseThrow(() -> new WeightsException(
                                file.getFileName() + " holds numbers (storage " + key + ") that no tensor uses"));
                if (count != ref.count() || count < 0 || count > length) {
                    throw new WeightsException(file.getFileName() + ": storage " + key + " has " + count
                            + " numbers, expected " + ref.count());
                }
                storages.put(ref.key(), numbers(in, ref));
            }
            return complete(file, tensors, refs, storages);
        }
    }

    private static TorchWeights readZip(Path file) throws IOException {
        try (ZipFile zip = new ZipFile(file.toFile())) {
            ZipEntry pickle = zip.stream()
                    .filter(entry -> entry.getName().endsWith("data.pkl"))
                    .findFirst()
                    .orElseThrow(() -> new WeightsException(
                            file.getFileName() + " is a ZIP without data.pkl, so no file that torch.save wrote"));
            String root = pickle.getName().substring(0, pickle.getName().length() - "data.pkl".length());
            Map<String, TensorRef> tensors;
            try (InputStream in = new BufferedInputStream(zip.getInputStream(pickle))) {
                tensors = tensors(file, unpickle(in));
            }
            Map<String, StorageRef> refs = storages(tensors.values());
            Map<String, float[]> storages = new HashMap<>();
            for (StorageRef ref : refs.values()) {
                ZipEntry entry = Optional.ofNullable(zip.getEntry(root + "data/" + ref.key()))
                        .orElseThrow(
                                () -> new WeightsException(file.getFileName() + " has no numbers for " + ref.key()));
                if (entry.getSize() != ref.count() * ref.type().bytes()) {
                    throw new WeightsException(file.getFileName() + ": storage " + ref.key() + " has " + entry.getSize()
                            + " bytes, expected " + ref.count() * ref.type().bytes());
                }
                try (DataInputStream in = new DataInputStream(zip.getInputStream(entry))) {
                    storages.put(ref.key(), numbers(in, ref));
                }
            }
            return complete(file, tensors, refs, storages);
        }
    }

    private static Object unpickle(InputStream in) throws IOException {
        return new WeightsUnpickler().load(in);
    }

    /** Numbers of a storage as float; counters and the like, which no network needs, are passed over. */
    private static float[] numbers(DataInputStream in, StorageRef ref) throws IOException {
        int count = Math.toIntExact(ref.count());
        int width = ref.type().bytes();
        boolean isDouble = ref.type().name().equals("DoubleStorage");
        if (!isDouble && !ref.type().name().equals("FloatStorage")) {
            in.skipNBytes((long) count * width);
            return new float[0];
        }
        float[] numbers = new float[count];
        byte[] chunk = new byte[1 << 15];
        ByteBuffer buffer = ByteBuffer.wrap(chunk).order(ByteOrder.LITTLE_ENDIAN);
        for (int done = 0; done < count; ) {
            int now = Math.min(count - done, chunk.length / width);
            in.readFully(chunk, 0, now * width);
            for (int i = 0; i < now; i++) {
                numbers[done + i] = isDouble ? (float) buffer.getDouble(i * width) : buffer.getFloat(i * width);
            }
            done += now;
        }
        return numbers;
    }

    private static Map<String, TensorRef> tensors(Path file, Object root) {
        if (!(root instanceof Map<?, ?> top)) {
            throw new WeightsException(file.getFileName() + " holds no dict; save model.state_dict()");
        }
        Map<String, TensorRef> direct = tensorsOf(top);
        if (!direct.isEmpty()) {
            return withoutPrefix(direct);
        }
        List<Map<String, TensorRef>> nested = top.values().stream()
                .filter(Map.class::isInstance)
                .map(value -> tensorsOf((Map<?, ?>) value))
                .filter(found -> !found.isEmpty())
                .toList();
        if (nested.size() != 1) {
            throw new WeightsException(file.getFileName() + " holds " + nested.size() + " state dicts among its keys "
                    + top.keySet() + ", expected one");
        }
        return withoutPrefix(nested.get(0));
    }

    private static Map<String, TensorRef> tensorsOf(Map<?, ?> dict) {
        Map<String, TensorRef> tensors = new LinkedHashMap<>();
        dict.forEach((name, value) -> {
            if (value instanceof TensorRef tensor) {
                tensors.put(String.valueOf(name), tensor);
            }
        });
        return tensors;
    }

    private static Map<String, TensorRef> withoutPrefix(Map<String, TensorRef> tensors) {
        if (!tensors.keySet().stream().allMatch(name -> name.startsWith(PARALLEL_PREFIX))) {
            return tensors;
        }
        return tensors.entrySet().stream()
                .collect(Collectors.toMap(
                        entry -> entry.getKey().substring(PARALLEL_PREFIX.length()), Map.Entry::getValue));
    }

    private static Map<String, StorageRef> storages(Collection<TensorRef> tensors) {
        Map<String, StorageRef> refs = new LinkedHashMap<>();
        tensors.forEach(tensor -> refs.put(tensor.storage().key(), tensor.storage()));
        return refs;
    }

    private static TorchWeights complete(
            Path file, Map<String, TensorRef> tensors, Map<String, StorageRef> refs, Map<String, float[]> storages) {
        if (!storages.keySet().containsAll(refs.keySet())) {
            throw new WeightsException(
                    file.getFileName() + " holds numbers for " + storages.size() + " of " + refs.size() + " storages");
        }
        return new TorchWeights(tensors, storages);
    }

    @Override
    public NdArray get(String name) {
        TensorRef tensor = Optional.ofNullable(tensors.get(name))
                .orElseThrow(() -> new WeightsException(
                        "the state dict has no tensor '" + name + "' among its " + tensors.size()));
        float[] numbers = Optional.ofNullable(storages.get(tensor.storage().key()))
                .orElseThrow(() -> new WeightsException("tensor '" + name + "' has no numbers"));
        int[] shape = ints(tensor.shape());
        int[] stride = ints(tensor.stride());
        if (NdArray.count(shape) == 0) {
            return new NdArray(new float[0], shape);
        }
        long last = tensor.offset();
        boolean negative = tensor.offset() < 0;
        for (int i = 0; i < shape.length; i++) {
            last += (shape[i] - 1L) * stride[i];
            negative |= stride[i] < 0;
        }
        if (negative || last >= numbers.length) {
            throw new WeightsException("tensor '" + name + "' reaches beyond its storage of " + numbers.length
                    + " numbers, or its numbers are of type "
                    + tensor.storage().type().name() + " and not float");
        }
        return NdArray.gather(numbers, (int) tensor.offset(), shape, stride);
    }

    private static int[] ints(List<Integer> values) {
        return values.stream().mapToInt(Integer::intValue).toArray();
    }
}
