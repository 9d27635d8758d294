/**
 * JSON Schemas that are held to a TypeScript type: a property that the type has and the schema
 * has not, or the other way round, does not compile.
 *
 * @module
 */

/** A JSON Schema, 2020-12, as far as the API has use for it. */
export interface JsonSchema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly description?: string;
  readonly enum?: readonly string[];
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly maxLength?: number;
  readonly contentEncoding?: string;
  readonly items?: JsonSchema | false;
  readonly prefixItems?: readonly JsonSchema[];
  readonly minItems?: number;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: JsonSchema | false;
}

type OptionalOf<T> = {
  [K in keyof T]-?: object extends Pick<T, K> ? K : never;
}[keyof T];

/** The schema of each property of `T`: those that are always there, and those that may be absent. */
export interface PropertiesOf<T> {
  readonly always: {
    readonly [K in Exclude<keyof T, OptionalOf<T>>]: JsonSchema;
  };
  readonly maybe: { readonly [K in OptionalOf<T>]: JsonSchema };
}

/** The schema of an object, and of nothing with more in it. */
export function objectOf<T>(
  description: string,
  { always, maybe }: PropertiesOf<T>,
): JsonSchema {
  return {
    type: "object",
    description,
    properties: { ...always, ...maybe },
    required: Object.keys(always),
    additionalProperties: false,
  };
}

/** The schema of a list. */
export function listOf(items: JsonSchema, description?: string): JsonSchema {
  return {
    type: "array",
    items,
    ...(description === undefined ? {} : { description }),
  };
}
