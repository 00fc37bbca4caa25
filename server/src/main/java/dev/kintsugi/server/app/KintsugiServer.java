package dev.kintsugi.server.app;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;

/** The control plane's main program. */
@SpringBootApplication(scanBasePackages = "dev.kintsugi.server")
public class KintsugiServer {
    static void main(String[] args) {
        SpringApplication.run(KintsugiServer.class, args);
    }
}
