import type { JsonSchema } from "./value_rule.ts";

/** The paths in a value that break a schema, by the few keywords that ours has. */
export function schemaViolations(
  schema: JsonSchema,
  value: unknown,
  path = "$",
): string[] {
  const { type, pattern, minimum, maximum, minLength } = schema;
  const words = schema["enum"];
  if (Array.isArray(words)) return words.includes(value) ? [] : [path];
  if (![type].flat().includes(typeOf(value))) return [path];
  if (typeof value === "string") {
    const short = typeof minLength === "number" && value.length < minLength;
    const wrong = typeof pattern === "string" &&
      !new RegExp(pattern, "u").test(value);
    return short || wrong ? [path] : [];
  }
  if (typeof value === "number") {
    return value < Number(minimum ?? -Infinity) ||
        value > Number(maximum ?? Infinity)
      ? [path]
      : [];
  }
  if (Array.isArray(value)) {
    return value.flatMap((item, index) =>
      schemaViolations(
        schema["items"] as JsonSchema,
        item,
        `${path}[${index}]`,
      )
    );
  }
  return typeof value === "object" && value !== null
    ? objectViolations(schema, value as Record<string, unknown>, path)
    : [];
}

function objectViolations(
  schema: JsonSchema,
  value: Record<string, unknown>,
  path: string,
): string[] {
  const properties = (schema["properties"] ?? {}) as Record<string, JsonSchema>;
  const others = schema["additionalProperties"] as JsonSchema | false;
  const names = schema["propertyNames"] as { pattern: string } | undefined;
  const together = (schema["dependentRequired"] ?? {}) as Record<
    string,
    string[]
  >;
  const required = [
    ...(schema["required"] as string[] | undefined ?? []),
    ...Object.keys(value).flatMap((name) => together[name] ?? []),
  ];
  return [
    ...required.filter((name) => !Object.hasOwn(value, name))
      .map((name) => `${path} lacks ${name}`),
    ...Object.entries(value).flatMap(([name, child]) => {
      const below = Object.hasOwn(properties, name) ? properties[name] : others;
      const misnamed = names !== undefined &&
        !new RegExp(names.pattern, "u").test(name);
      return !below || misnamed
        ? [`${path}.${name}`]
        : schemaViolations(below, child, `${path}.${name}`);
    }),
  ];
}

function typeOf(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "array";
  return Number.isInteger(value) ? "integer" : typeof value;
}
