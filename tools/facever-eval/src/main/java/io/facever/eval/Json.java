package io.facever.eval;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.math.BigDecimal;
import java.util.Optional;

/** Parts of JSON documents. */
final class Json {
    private Json() {}

    static ObjectNode object() {
        return JsonNodeFactory.instance.objectNode();
    }

    /** A number; null where there is none, since JSON knows no NaN and no infinity. */
    static void put(ObjectNode node, String name, double value) {
        if (Double.isFinite(value)) {
            node.put(name, value);
        } else {
            node.putNull(name);
        }
    }

    static void put(ObjectNode node, String name, Optional<Interval> interval) {
        if (interval.isPresent()) {
            ArrayNode array = node.putArray(name);
            array.add(interval.get().low());
            array.add(interval.get().high());
        } else {
            node.putNull(name);
        }
    }

    /** 0.001 as 0.001 and not as 1.0E-3. */
    static String key(double rate) {
        return new BigDecimal(Double.toString(rate)).stripTrailingZeros().toPlainString();
    }
}
