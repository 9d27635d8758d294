import type { JsonSchema } from "./value_rule.ts";
import type { SchemaNode, Section } from "./schema_node.ts";
import { SCHEMA } from "./schema.ts";

/** The configuration file as JSON Schema (draft 2020-12), for editors. */
export function configJsonSchema(): JsonSchema {
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: "Wharf configuration: .wash/config.yaml",
    ...schemaOf(SCHEMA, false),
  };
}

/** Nothing is allowed wherever a key may be left out: `dev:` with all its keys in comments. */
function schemaOf(node: SchemaNode, present: boolean): JsonSchema {
  const nullable = !present && !node.required;
  const description = node.notYet
    ? `${node.doc}. Not supported yet.`
    : node.doc;
  switch (node.kind) {
    case "leaf": {
      const rule = nullable ? orNull(node.rule.json) : node.rule.json;
      return {
        description,
        ...rule,
        ...(node.default === undefined ? {} : { default: node.default }),
      };
    }
    case "list":
      return {
        description,
        type: nullable ? ["array", "null"] : "array",
        items: schemaOf(node.item, true),
      };
    case "names":
      return {
        description,
        type: nullable ? ["object", "null"] : "object",
        ...(node.environment
          ? { propertyNames: { pattern: "^[^=\\u0000]+$" } }
          : {}),
        additionalProperties: schemaOf(node.item, true),
      };
    case "section":
      return {
        description,
        type: nullable ? ["object", "null"] : "object",
        properties: Object.fromEntries(
          Object.entries(node.keys).map(([name, key]) => [
            name,
            schemaOf(key, false),
          ]),
        ),
        ...requirements(node),
        additionalProperties: false,
      };
  }
}

function requirements({ keys, together }: Section): JsonSchema {
  const required = Object.keys(keys).filter((name) => keys[name]?.required);
  return {
    ...(required.length === 0 ? {} : { required }),
    ...(together === undefined ? {} : {
      dependentRequired: {
        [together[0]]: [together[1]],
        [together[1]]: [together[0]],
      },
    }),
  };
}

function orNull(json: JsonSchema): JsonSchema {
  const words = json["enum"];
  if (Array.isArray(words)) return { ...json, enum: [...words, null] };
  const type = json["type"];
  return { ...json, type: [...(Array.isArray(type) ? type : [type]), "null"] };
}
