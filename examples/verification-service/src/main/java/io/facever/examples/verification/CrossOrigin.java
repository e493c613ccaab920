package io.facever.examples.verification;

import org.springframework.context.annotation.Configuration;
import org.springframework.web.servlet.config.annotation.CorsRegistry;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;

/** Opens the interface to the pages of the listed origins, and to no other. */
@Configuration(proxyBeanMethods = false)
class CrossOrigin implements WebMvcConfigurer {
    private final ServiceProperties properties;

    CrossOrigin(ServiceProperties properties) {
        this.properties = properties;
    }

    @Override
    public void addCorsMappings(CorsRegistry registry) {
        // with an empty list this refuses what comes from elsewhere, instead of answering it without the header
        registry.addMapping("/api/**")
                .allowedOrigins(properties.corsOrigins().toArray(String[]::new))
                .allowedMethods("GET", "POST")
                .allowedHeaders(Admission.KEY_HEADER, RequestLog.HEADER)
                .exposedHeaders(RequestLog.HEADER, "Retry-After");
    }
}
