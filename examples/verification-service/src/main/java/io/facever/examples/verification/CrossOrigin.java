package io.facever.examples.verification;

import java.util.List;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.Ordered;
import org.springframework.web.cors.CorsConfiguration;
import org.springframework.web.cors.UrlBasedCorsConfigurationSource;
import org.springframework.web.filter.CorsFilter;

/**
 * Opens the interface to the pages of the listed origins, and to no other. It comes before {@link Admission}, so that a
 * page that is listed can read a refusal, too.
 */
@Configuration(proxyBeanMethods = false)
class CrossOrigin {
    @Bean
    FilterRegistrationBean<CorsFilter> corsFilter(ServiceProperties properties) {
        CorsConfiguration open = new CorsConfiguration();
        // an empty list refuses what comes from elsewhere, instead of answering it without the header
        open.setAllowedOrigins(properties.corsOrigins());
        open.setAllowedMethods(List.of("GET", "POST"));
        open.setAllowedHeaders(List.of(Admission.KEY_HEADER, RequestLog.HEADER));
        open.setExposedHeaders(List.of(RequestLog.HEADER, "Retry-After"));
        UrlBasedCorsConfigurationSource addresses = new UrlBasedCorsConfigurationSource();
        addresses.registerCorsConfiguration("/api/**", open);
        FilterRegistrationBean<CorsFilter> filter = new FilterRegistrationBean<>(new CorsFilter(addresses));
        filter.setOrder(Ordered.HIGHEST_PRECEDENCE + 2);
        return filter;
    }
}
