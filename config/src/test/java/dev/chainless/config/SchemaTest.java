package dev.chainless.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.chainless.spi.config.Default;
import dev.chainless.spi.config.Doc;
import dev.chainless.spi.config.Range;
import dev.chainless.spi.config.Rate;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SchemaTest {
    private record Limit(Rate rate, @Doc("More \"at once\".") @Default("0") @Range(max = "9") int burst) {}

    @Test
    void printsRecords() {
        assertEquals("""
                {
                  "$schema": "https://json-schema.org/draft/2020-12/schema",
                  "type": "object",
                  "properties": {
                    "rate": {
                      "$ref": "#/$defs/dev.chainless.spi.config.Rate"
                    },
                    "burst": {
                      "type": "integer",
                      "maximum": 9,
                      "description": "More \\"at once\\".",
                      "default": 0
                    }
                  },
                  "required": [
                    "rate"
                  ],
                  "additionalProperties": false,
                  "$defs": {
                    "dev.chainless.spi.config.Rate": {
                      "type": "string",
                      "pattern": "^([0-9]+/[0-9]*(ns|us|ms|s|m|h|d))$",
                      "description": "a rate such as \\"100/s\\" or \\"5/m\\""
                    }
                  }
                }
                """, Schema.of(Limit.class, Map.of()));
    }

    @Test
    void hasEveryKeyWithItsText() {
        String schema = Schema.of(GatewayConfig.class, Map.of("rate-limit", Limit.class));
        KeysOf.everyKey(GatewayConfig.class).keySet()
                .forEach(key -> assertTrue(schema.contains("\"" + key + "\": {"), key));
        for (String part : List.of("\"const\": \"rate-limit\"", "\"default\": \"64MiB\"", "\"const\": \"io-uring\"")) {
            assertTrue(schema.contains(part), part);
        }
    }

    @Test
    void everyComponentOfTheConfigurationHasItsText() {
        KeysOf.everyKey(GatewayConfig.class).forEach((key, owner) -> Shape.of(owner).keyed()
                .forEach(field -> assertTrue(!field.doc().isEmpty(), () -> owner + " " + field.name())));
    }
}
