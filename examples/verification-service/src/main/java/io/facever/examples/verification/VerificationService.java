package io.facever.examples.verification;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.context.properties.EnableConfigurationProperties;

/** The application. */
@SpringBootApplication(proxyBeanMethods = false)
@EnableConfigurationProperties(ServiceProperties.class)
public class VerificationService {
    /** Made by Spring. */
    VerificationService() {}

    /**
     * Starts the service.
     *
     * @param args properties, as in {@code --server.port=9000}
     */
    public static void main(String[] args) {
        SpringApplication.run(VerificationService.class, args);
    }
}
