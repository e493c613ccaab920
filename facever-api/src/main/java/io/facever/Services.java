package io.facever;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.function.Function;
import java.util.function.ToIntFunction;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What ServiceLoader found of one kind, and the rule by which one of them is chosen: by name, else by rank.
 *
 * @param <T> the service
 */
final class Services<T> {
    private static final Logger LOG = LoggerFactory.getLogger(Services.class);

    private final String kind;
    private final List<T> found;
    private final Function<T, String> name;
    private final ToIntFunction<T> rank;
    private final List<String> broken;

    private Services(String kind, List<T> found, Function<T, String> name, ToIntFunction<T> rank, List<String> broken) {
        this.kind = kind;
        this.found = found;
        this.name = name;
        this.rank = rank;
        this.broken = broken;
    }

    /** Instantiates each provider by itself, so that one broken jar does not hide the rest. */
    static <T> Services<T> find(String kind, ServiceLoader<T> loader, Function<T, String> name, ToIntFunction<T> rank) {
        List<T> found = new ArrayList<>();
        List<String> broken = new ArrayList<>();
        Iterator<ServiceLoader.Provider<T>> providers = loader.stream().iterator();
        while (true) {
            try {
                if (!providers.hasNext()) {
                    break;
                }
                found.add(providers.next().get());
            } catch (ServiceConfigurationError | LinkageError e) {
                LOG.warn("{}: a provider can't be used: {}", kind, e.toString());
                broken.add(e.toString());
            }
        }
        if (LOG.isDebugEnabled()) {
            LOG.debug(
                    "{}: found {}",
                    kind,
                    found.stream()
                            .map(one -> name.apply(one) + " (rank " + rank.applyAsInt(one) + ", "
                                    + one.getClass().getName() + ")")
                            .collect(Collectors.joining(", ")));
        }
        return new Services<>(kind, List.copyOf(found), name, rank, List.copyOf(broken));
    }

    /** All that were found. */
    List<T> all() {
        return found;
    }

    /**
     * The one to use.
     *
     * @param wished name to choose by; empty to choose by rank
     * @param artifact what to add when there is none
     */
    T choose(Optional<String> wished, String artifact) {
        T chosen = wished.isPresent() ? byName(wished.get(), artifact) : byRank(artifact);
        LOG.debug("{}: using {}", kind, name.apply(chosen));
        return chosen;
    }

    private T byName(String wished, String artifact) {
        List<T> matching =
                found.stream().filter(one -> name.apply(one).equals(wished)).toList();
        if (matching.size() == 1) {
            return matching.get(0);
        }
        if (matching.isEmpty()) {
            throw none("no " + kind + " named '" + wished + "' was found; found: " + names(found), artifact);
        }
        throw tie("the " + kind + " named '" + wished + "' is there " + matching.size() + " times: ", matching);
    }

    private T byRank(String artifact) {
        T best = found.stream()
                .max(Comparator.comparingInt(rank))
                .orElseThrow(() -> none("no " + kind + " was found", artifact));
        List<T> equals = found.stream()
                .filter(one -> rank.applyAsInt(one) == rank.applyAsInt(best))
                .toList();
        if (equals.size() > 1) {
            throw tie("several " + kind + "s of the same rank were found: ", equals);
        }
        return best;
    }

    private EngineException none(String what, String artifact) {
        String failures = broken.isEmpty() ? "" : "; these could not be loaded: " + String.join("; ", broken);
        return new EngineException(
                "provider-not-found",
                what + failures + "; add the dependency " + artifact + ", or give one to the builder");
    }

    private EngineException tie(String what, List<T> candidates) {
        return new EngineException(
                "provider-tie",
                what
                        + candidates.stream()
                                .map(one ->
                                        name.apply(one) + " (" + one.getClass().getName() + ")")
                                .collect(Collectors.joining(", "))
                        + "; name one in the builder, or remove the other from the class path");
    }

    private String names(List<T> services) {
        return services.isEmpty()
                ? "none"
                : services.stream().map(name).sorted().collect(Collectors.joining(", "));
    }
}
