package dev.kintsugi.server.app;

import com.fasterxml.jackson.annotation.JsonAutoDetect.Visibility;
import com.fasterxml.jackson.annotation.PropertyAccessor;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.introspect.AnnotatedMember;
import com.fasterxml.jackson.databind.introspect.JacksonAnnotationIntrospector;
import dev.kintsugi.server.platform.ProblemResponse;
import dev.kintsugi.server.tenant.Caller;
import io.swagger.v3.core.converter.ModelConverters;
import io.swagger.v3.core.jackson.ModelResolver;
import io.swagger.v3.oas.models.OpenAPI;
import io.swagger.v3.oas.models.Operation;
import io.swagger.v3.oas.models.info.Info;
import io.swagger.v3.oas.models.media.Content;
import io.swagger.v3.oas.models.media.MediaType;
import io.swagger.v3.oas.models.media.Schema;
import io.swagger.v3.oas.models.responses.ApiResponse;
import io.swagger.v3.oas.models.security.SecurityRequirement;
import io.swagger.v3.oas.models.security.SecurityScheme;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.springdoc.core.customizers.OpenApiCustomizer;
import org.springdoc.core.providers.ObjectMapperProvider;
import org.springdoc.core.utils.SpringDocUtils;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * What {@code /api/openapi.json} says. The schemas are made by Jackson 2, the answers by Jackson 3:
 * here the first is told what the second does.
 */
@Configuration(proxyBeanMethods = false)
class ApiDescription {
    private static final String KEY = "api_key";
    private static final String PROBLEM = "ProblemResponse";

    @Bean
    ModelResolver modelResolver(ObjectMapperProvider provider) {
        SpringDocUtils.getConfig().addRequestWrapperToIgnore(Caller.class);
        var mapper = provider.jsonMapper().copy();
        mapper.setPropertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE);
        mapper.setVisibility(PropertyAccessor.IS_GETTER, Visibility.NONE);
        mapper.setAnnotationIntrospector(new WireNames());
        return new ModelResolver(mapper).openapi31(true);
    }

    @Bean
    OpenApiCustomizer problemsAndKeys() {
        return ApiDescription::complete;
    }

    private static void complete(OpenAPI api) {
        api.info(
                new Info().title("Kintsugi").version("1").description("Runs that heal themselves"));
        var components = api.getComponents();
        ModelConverters.getInstance(true)
                .read(ProblemResponse.class)
                .forEach(components::addSchemas);
        components.addSecuritySchemes(
                KEY, new SecurityScheme().type(SecurityScheme.Type.HTTP).scheme("bearer"));
        api.addSecurityItem(new SecurityRequirement().addList(KEY));
        api.getPaths().values().stream()
                .flatMap(path -> path.readOperations().stream())
                .forEach(ApiDescription::addProblem);
    }

    private static void addProblem(Operation operation) {
        var schema = new Schema<>().$ref("#/components/schemas/" + PROBLEM);
        operation
                .getResponses()
                .addApiResponse(
                        "default",
                        new ApiResponse()
                                .description("What went wrong, as problem details (RFC 9457)")
                                .content(
                                        new Content()
                                                .addMediaType(
                                                        ProblemResponse.CONTENT_TYPE,
                                                        new MediaType().schema(schema))));
    }

    /** Reads records as the wire does: enums in lower case, what may be absent. */
    private static final class WireNames extends JacksonAnnotationIntrospector {
        private static final long serialVersionUID = 1;

        @Override
        @SuppressWarnings("deprecation") // what the resolver calls
        public String[] findEnumValues(Class<?> type, Enum<?>[] values, String[] names) {
            return Arrays.stream(values).map(WireNames::lower).toArray(String[]::new);
        }

        @Override
        @SuppressWarnings("deprecation") // what the resolver calls
        public String findEnumValue(Enum<?> value) {
            return lower(value);
        }

        private static String lower(Enum<?> value) {
            return value.name().toLowerCase(Locale.ROOT);
        }

        @Override
        public @Nullable Boolean hasRequiredMarker(AnnotatedMember member) {
            RecordComponent[] components = member.getDeclaringClass().getRecordComponents();
            return components == null
                    ? super.hasRequiredMarker(member)
                    : Arrays.stream(components)
                            .filter(component -> component.getName().equals(member.getName()))
                            .findFirst()
                            .map(component ->
                                    !component
                                            .getAnnotatedType()
                                            .isAnnotationPresent(Nullable.class))
                            .orElse(null);
        }
    }
}
