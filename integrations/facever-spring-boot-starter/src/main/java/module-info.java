import org.jspecify.annotations.NullMarked;

/** A configured verifier, its health and its metrics for Spring Boot. */
@NullMarked
module io.facever.spring {
    requires transitive io.facever.api;
    requires io.facever.models;
    requires spring.beans;
    requires transitive spring.boot;
    requires transitive spring.boot.autoconfigure;
    requires spring.context;
    requires spring.core;
    // optional: without them there is no health indicator, or no metrics
    requires static io.facever.micrometer;
    requires static micrometer.core;
    requires static spring.boot.health;
    // only so that the compiler can read the annotations on spring.boot.health
    requires static com.fasterxml.jackson.annotation;
    requires static org.jspecify;

    exports io.facever.spring;

    // Spring creates the beans by reflection
    opens io.facever.spring;
}
