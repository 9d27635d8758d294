/**
 * `openapi.json`, made from the table of routes: OpenAPI 3.1,
 * https://spec.openapis.org/oas/v3.1.1.html
 *
 * @module
 */

import type { ProjectStatus } from "./api.ts";
import type { JsonSchema } from "./json_schema.ts";
import { PROBLEM_TYPE, type ProblemCode, PROBLEMS } from "./problem.ts";
import type { Parameter } from "./query.ts";
import type { Content, Route } from "./route.ts";
import { schemaOf, SCHEMAS } from "./schemas.ts";

/** Below which path the routes are. */
export const API_PATH = "/_wharf/api";

/** What any request can be refused for. */
const ALWAYS: readonly ProblemCode[] = [
  "bad-request",
  "unauthorized",
  "forbidden",
  "internal",
];

/** A document of OpenAPI, as far as it is looked at here. */
export interface ApiDocument {
  readonly openapi: string;
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly [field: string]: unknown;
}

/** One operation of it. */
export interface Operation {
  readonly operationId: string;
  readonly responses: Readonly<Record<string, ResponseObject>>;
  readonly [field: string]: unknown;
}

/** What an operation answers with one status. */
export interface ResponseObject {
  readonly description: string;
  readonly content?: Readonly<
    Record<string, { readonly schema: JsonSchema } | undefined>
  >;
  /** The data of each event, by the event's name. */
  readonly "x-events"?: Readonly<Record<string, JsonSchema>>;
  readonly [field: string]: unknown;
}

/** Describes routes. */
export function describeApi(
  routes: readonly Route[],
  { version }: Pick<ProjectStatus, "version">,
): ApiDocument {
  const paths: Record<string, Record<string, Operation>> = {};
  for (const route of routes) {
    const item = paths[route.path] ??= {};
    item[route.method.toLowerCase()] = operationOf(route);
  }
  return {
    openapi: "3.1.0",
    info: {
      title: "Wharf explorer",
      version,
      description: "What the explorer's page shows, for scripts and agents. " +
        "It answers on the server of `dev`, to this machine, or with the " +
        "token; pages of other sites are refused.",
      license: { name: "Apache-2.0", identifier: "Apache-2.0" },
    },
    servers: [{ url: API_PATH }],
    security: [{}, { token: [] }, { page: [] }],
    paths,
    components: {
      schemas: SCHEMAS,
      securitySchemes: {
        token: { type: "http", scheme: "bearer" },
        page: {
          type: "apiKey",
          in: "cookie",
          name: "wharf_explorer_{port}",
          description: "Set where the page is opened with its token",
        },
      },
    },
  };
}

function operationOf(route: Route): Operation {
  const { id, does, notes, query = [], headers = [], takes } = route;
  return {
    operationId: id,
    summary: does,
    ...(notes === undefined ? {} : { description: notes }),
    parameters: [
      ...query.map((each) => parameterOf(each, "query")),
      ...headers.map((each) => parameterOf(each, "header")),
    ],
    ...(takes === undefined ? {} : {
      requestBody: {
        required: true,
        description: takes.doc,
        content: contentOf(takes),
      },
    }),
    responses: { ...answersOf(route), ...refusalsOf(route) },
  };
}

function parameterOf(
  { name, doc, required, schema }: Parameter,
  place: "query" | "header",
) {
  return {
    name,
    in: place,
    description: doc,
    required: required === true,
    schema: schema.type === undefined ? { type: "string", ...schema } : schema,
    ...(place === "query" ? { allowEmptyValue: required === true } : {}),
  };
}

function answersOf({ answers }: Route): Record<string, ResponseObject> {
  return Object.fromEntries(
    Object.entries(answers).map(([status, answer]) => {
      const { doc, type, events, headers = {} } = answer;
      const described: ResponseObject = {
        description: doc,
        ...(type === undefined ? {} : { content: contentOf(answer) }),
        ...(events === undefined ? {} : { "x-events": events }),
        headers: Object.fromEntries(
          Object.entries(headers).map(([name, description]) =>
            [name, { description, schema: { type: "string" } }] as const
          ),
        ),
      };
      return [status, described];
    }),
  );
}

function contentOf({ type = "", schema }: Content) {
  const isText = type.startsWith("text/") || type.endsWith("ndjson");
  // Bytes have no schema. OpenAPI 3.1, 4.8.14.3.
  return { [type]: { schema: schema ?? (isText ? { type: "string" } : {}) } };
}

function refusalsOf({ refusals = [] }: Route): Record<string, ResponseObject> {
  const codes = new Map<number, ProblemCode[]>();
  for (const refusal of [...ALWAYS, ...refusals]) {
    const [code, status] = typeof refusal === "string"
      ? [refusal, PROBLEMS[refusal][0]] as const
      : refusal;
    codes.set(status, [...codes.get(status) ?? [], code]);
  }
  return Object.fromEntries(
    [...codes].map(([status, names]) => [status, {
      description: names.map((name) => `${name}: ${PROBLEMS[name][1]}`)
        .join("; "),
      content: { [PROBLEM_TYPE]: { schema: schemaOf("Problem") } },
    }]),
  );
}
