package io.facever.models.internal;

import java.io.IOException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import net.razorvine.pickle.Opcodes;
import net.razorvine.pickle.PickleException;
import net.razorvine.pickle.PickleUtils;
import net.razorvine.pickle.Unpickler;

/**
 * Reads one pickle and makes nothing but what a PyTorch state dict is made of. The library keeps its constructors in a
 * static table and falls back to reflection; here a name is looked up in a table of this object, and anything else is
 * refused, so a crafted file can neither name a class nor call anything.
 */
final class WeightsUnpickler extends Unpickler {
    /** A tensor before its numbers are known. */
    record TensorRef(StorageRef storage, long offset, List<Integer> shape, List<Integer> stride) {}

    /** Numbers that tensors are views of. */
    record StorageRef(String key, StorageType type, long count) {}

    /** Type of the numbers in a storage. */
    record StorageType(String name, int bytes) {}

    private static final Map<String, Integer> STORAGE_BYTES = Map.of(
            "FloatStorage", 4,
            "DoubleStorage", 8,
            "LongStorage", 8,
            "IntStorage", 4,
            "ShortStorage", 2,
            "HalfStorage", 2,
            "BFloat16Storage", 2,
            "CharStorage", 1,
            "ByteStorage", 1,
            "BoolStorage", 1);

    /** What stands for a Python callable on the stack of the pickle machine. */
    private record Callable(String name, Function<Object[], Object> function) {}

    @Override
    protected Object dispatch(short opcode) throws PickleException, IOException {
        switch (opcode) {
            case Opcodes.GLOBAL -> {
                String module = PickleUtils.readline(input);
                stack.add(global(module, PickleUtils.readline(input)));
            }
            case Opcodes.STACK_GLOBAL -> {
                Object name = stack.pop();
                Object module = stack.pop();
                stack.add(global(String.valueOf(module), String.valueOf(name)));
            }
            case Opcodes.REDUCE -> {
                Object arguments = stack.pop();
                Object callable = stack.pop();
                if (!(callable instanceof Callable function) || !(arguments instanceof Object[] values)) {
                    throw new WeightsException("the pickle calls something that is no function of a state dict");
                }
                stack.add(function.function().apply(values));
            }
                // attributes of a container (version numbers of modules): no weights in them
            case Opcodes.BUILD -> stack.pop();
            case Opcodes.INST,
                    Opcodes.OBJ,
                    Opcodes.NEWOBJ,
                    Opcodes.NEWOBJ_EX,
                    Opcodes.EXT1,
                    Opcodes.EXT2,
                    Opcodes.EXT4,
                    Opcodes.NEXT_BUFFER,
                    Opcodes.READONLY_BUFFER -> throw new WeightsException(
                    "the pickle makes an object (opcode " + opcode + "); a state dict holds only tensors");
            default -> {
                return super.dispatch(opcode);
            }
        }
        return NO_RETURN_VALUE;
    }

    private static Object global(String module, String name) {
        String qualified = module + "." + name;
        return switch (qualified) {
            case "collections.OrderedDict" -> new Callable(qualified, WeightsUnpickler::orderedDict);
            case "torch._utils._rebuild_tensor", "torch._utils._rebuild_tensor_v2" -> new Callable(
                    qualified, WeightsUnpickler::tensor);
            case "torch._utils._rebuild_parameter" -> new Callable(qualified, arguments -> arguments[0]);
            default -> storageType(module, name)
                    .<Object>map(type -> type)
                    .orElseThrow(() -> new WeightsException("the pickle names " + qualified
                            + "; expected a PyTorch state dict, which holds only tensors (save model.state_dict())"));
        };
    }

    private static Optional<StorageType> storageType(String module, String name) {
        return module.equals("torch")
                ? Optional.ofNullable(STORAGE_BYTES.get(name)).map(bytes -> new StorageType(name, bytes))
                : Optional.empty();
    }

    /** Without arguments, or with a list of pairs as Python 2 wrote it. */
    private static Object orderedDict(Object[] arguments) {
        Map<Object, Object> dict = new LinkedHashMap<>();
        if (arguments.length > 0) {
            for (Object pair : (Iterable<?>) arguments[0]) {
                if (pair instanceof Object[] tuple) {
                    dict.put(tuple[0], tuple[1]);
                } else {
                    Object[] entry = ((List<?>) pair).toArray();
                    dict.put(entry[0], entry[1]);
                }
            }
        }
        return dict;
    }

    /** Arguments: storage, offset, size, stride, and what training needs. */
    private static Object tensor(Object[] arguments) {
        StorageRef storage = (StorageRef) arguments[0];
        long offset = ((Number) arguments[1]).longValue();
        List<Integer> shape = ints(arguments[2]);
        List<Integer> stride = ints(arguments[3]);
        if (shape.size() != stride.size()) {
            throw new WeightsException("a tensor has " + shape.size() + " sizes and " + stride.size() + " strides");
        }
        return new TensorRef(storage, offset, shape, stride);
    }

    private static List<Integer> ints(Object tuple) {
        return Arrays.stream((Object[]) tuple)
                .map(value -> Math.toIntExact(((Number) value).longValue()))
                .toList();
    }

    /** Tuple of "storage", type, key, device, count, and in the old format a view of the storage. */
    @Override
    protected Object persistentLoad(Object id) {
        Object[] parts = (Object[]) id;
        if (!"storage".equals(parts[0]) || !(parts[1] instanceof StorageType type)) {
            throw new WeightsException("the pickle refers to a '" + parts[0] + "', expected a storage of numbers");
        }
        if (parts.length > 5 && parts[5] instanceof Object[]) {
            throw new WeightsException("the pickle holds views of a storage, a format from before PyTorch 0.4;"
                    + " save the state dict again");
        }
        return new StorageRef(String.valueOf(parts[2]), type, ((Number) parts[4]).longValue());
    }
}
