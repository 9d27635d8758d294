/**
 * The JSON of `api.ts` as schemas, for `openapi.json`.
 *
 * @module
 */

import type {
  BucketDetail,
  BucketSummary,
  BuildRecord,
  BuildState,
  CallSpan,
  CapturedBody,
  ComponentFacts,
  ComponentReport,
  Counted,
  EntryDetail,
  ExportFacts,
  GuestLine,
  Imported,
  ImportFacts,
  KeyChange,
  KeyList,
  LimitedFunction,
  Problem,
  ProjectStatus,
  RefusedImport,
  Replayed,
  RequestDetail,
  RequestSummary,
  RevisionDetail,
  Written,
} from "./api.ts";
import { type JsonSchema, listOf, objectOf } from "./json_schema.ts";
import { PROBLEMS } from "./problem.ts";

const TEXT: JsonSchema = { type: "string" };
const FLAG: JsonSchema = { type: "boolean" };
const COUNT: JsonSchema = { type: "integer", minimum: 0 };
const TIME: JsonSchema = {
  type: "number",
  description: "Milliseconds since the epoch",
};
const SPAN: JsonSchema = { type: "number", minimum: 0 };
const BYTES: JsonSchema = { type: "string", contentEncoding: "base64" };
const DIGITS: JsonSchema = { type: "string", pattern: "^-?[0-9]+$" };

const SIDE: JsonSchema = { enum: ["wharf", "component", "nothing"] };

/** Refers to one of {@linkcode SCHEMAS}. */
export function schemaOf(name: SchemaName): JsonSchema {
  return { $ref: `#/components/schemas/${name}` };
}

const HEADER_LINES = listOf({
  type: "array",
  prefixItems: [TEXT, TEXT],
  items: false,
  minItems: 2,
});

const SUMMARY_OF_BUCKET = {
  store: TEXT,
  location: TEXT,
  durable: FLAG,
  access: { enum: ["read-write", "read-only", "denied"] },
};

const SUMMARY_OF_REQUEST = {
  always: {
    id: TEXT,
    at: TIME,
    method: TEXT,
    path: TEXT,
    calls: COUNT,
    trapped: FLAG,
  },
  maybe: {
    status: { type: "integer", minimum: 100, maximum: 599 },
    duration: SPAN,
    replayOf: TEXT,
  },
};

/** The names of {@linkcode SCHEMAS}: those of the types they are of. */
export type SchemaName =
  | "BucketDetail"
  | "BucketSummary"
  | "BuildRecord"
  | "BuildState"
  | "CallSpan"
  | "CapturedBody"
  | "ComponentFacts"
  | "ComponentReport"
  | "Counted"
  | "EntryDetail"
  | "GuestLine"
  | "ImportFacts"
  | "Imported"
  | "KeyChange"
  | "KeyList"
  | "Problem"
  | "ProjectStatus"
  | "Replayed"
  | "RequestDetail"
  | "RequestSummary"
  | "RevisionDetail"
  | "Written";

/** Every type that the API says, by its name. */
export const SCHEMAS: Readonly<Record<SchemaName, JsonSchema>> = {
  Problem: objectOf<Problem>("A failure, RFC 9457", {
    always: {
      title: TEXT,
      status: { type: "integer", minimum: 400, maximum: 599 },
      detail: TEXT,
      code: { enum: Object.keys(PROBLEMS) },
    },
    maybe: { version: TEXT },
  }),
  ProjectStatus: objectOf<ProjectStatus>("The project that is served", {
    always: {
      version: TEXT,
      url: TEXT,
      component: TEXT,
      build: schemaOf("BuildState"),
    },
    maybe: {},
  }),
  BuildState: objectOf<BuildState>("What the dev server is doing", {
    always: {
      phase: { enum: ["building", "ready", "failed"] },
      since: TIME,
      serving: FLAG,
    },
    maybe: { error: TEXT },
  }),
  BuildRecord: objectOf<BuildRecord>("One build", {
    always: {
      number: { type: "integer", minimum: 1 },
      at: TIME,
      cause: TEXT,
      outcome: { enum: ["building", "swapped", "failed", "superseded"] },
      steps: { type: "object", additionalProperties: SPAN },
      output: TEXT,
    },
    maybe: { error: TEXT },
  }),
  BucketSummary: objectOf<BucketSummary>("A bucket and where it is", {
    always: { name: { type: ["string", "null"] }, ...SUMMARY_OF_BUCKET },
    maybe: { storedAs: TEXT },
  }),
  BucketDetail: objectOf<BucketDetail>("A bucket, looked into", {
    always: {
      name: TEXT,
      ...SUMMARY_OF_BUCKET,
      exists: FLAG,
      settings: {
        type: "object",
        additionalProperties: { type: ["string", "number", "boolean"] },
      },
      can: objectOf<BucketDetail["can"]>("What can be done with it", {
        always: { watch: FLAG, history: FLAG, purge: FLAG, seed: FLAG },
        maybe: {},
      }),
      maxValueSize: COUNT,
    },
    maybe: {
      storedAs: TEXT,
      keys: COUNT,
      moreKeys: FLAG,
      bytes: COUNT,
      ttl: COUNT,
    },
  }),
  KeyList: objectOf<KeyList>("One page of keys", {
    always: { keys: listOf(TEXT) },
    maybe: { cursor: DIGITS },
  }),
  EntryDetail: objectOf<EntryDetail>("A value, and the first bytes of it", {
    always: { key: TEXT, version: TEXT, size: COUNT, preview: BYTES },
    maybe: { expires: TIME },
  }),
  Written: objectOf<Written>("A key that was written", {
    always: { key: TEXT },
    maybe: { version: TEXT },
  }),
  Counted: objectOf<Counted>("A counter and its sum", {
    always: { key: TEXT, value: DIGITS },
    maybe: {},
  }),
  RevisionDetail: objectOf<RevisionDetail>("What a key was", {
    always: { kind: { enum: ["set", "delete"] }, version: TEXT, at: TIME },
    maybe: { size: COUNT, preview: BYTES },
  }),
  Imported: objectOf<Imported>("What became of the keys of an import", {
    always: { written: COUNT, kept: COUNT },
    maybe: {},
  }),
  KeyChange: objectOf<KeyChange>("A key that changed", {
    always: { kind: { enum: ["set", "delete"] }, key: TEXT },
    maybe: { size: COUNT },
  }),
  RequestSummary: objectOf<RequestSummary>(
    "A request to the component",
    SUMMARY_OF_REQUEST,
  ),
  RequestDetail: objectOf<RequestDetail>("A request, and what it did", {
    always: {
      ...SUMMARY_OF_REQUEST.always,
      url: TEXT,
      headers: HEADER_LINES,
      body: schemaOf("CapturedBody"),
      spans: listOf(schemaOf("CallSpan")),
      lines: listOf(schemaOf("GuestLine")),
      replayable: FLAG,
    },
    maybe: {
      ...SUMMARY_OF_REQUEST.maybe,
      responseHeaders: HEADER_LINES,
      spansLeftOut: COUNT,
      linesLeftOut: COUNT,
      trap: TEXT,
    },
  }),
  CapturedBody: objectOf<CapturedBody>("As much of a body as is kept", {
    always: { size: COUNT, bytes: BYTES, whole: FLAG },
    maybe: {},
  }),
  CallSpan: objectOf<CallSpan>("A call that left the guest", {
    always: {
      interface: TEXT,
      name: TEXT,
      target: TEXT,
      start: { type: "number" },
      duration: SPAN,
    },
    maybe: { subject: TEXT, result: TEXT, error: TEXT },
  }),
  GuestLine: objectOf<GuestLine>("A line that a guest wrote", {
    always: { at: TIME, stream: TEXT, text: TEXT },
    maybe: {},
  }),
  Replayed: objectOf<Replayed>("A request that was sent again", {
    always: { id: TEXT },
    maybe: {},
  }),
  ComponentReport: objectOf<ComponentReport>("What is served", {
    always: {
      components: listOf(schemaOf("ComponentFacts")),
      lanes: COUNT,
      underWay: listOf(COUNT),
      instanceReuse: COUNT,
    },
    maybe: {
      refused: listOf(objectOf<RefusedImport>(
        "Something that it cannot be served for",
        { always: { import: TEXT, reason: TEXT }, maybe: {} },
      )),
    },
  }),
  ComponentFacts: objectOf<ComponentFacts>("One component", {
    always: {
      name: TEXT,
      file: TEXT,
      size: COUNT,
      modules: listOf(objectOf<ComponentFacts["modules"][number]>(
        "A core module",
        { always: { name: TEXT, size: COUNT }, maybe: {} },
      )),
      imports: listOf(schemaOf("ImportFacts")),
      exports: listOf(TEXT),
      wit: TEXT,
    },
    maybe: {
      uses: listOf(objectOf<ExportFacts>("An export and who calls it", {
        always: { name: TEXT, by: SIDE },
        maybe: { detail: TEXT },
      })),
      adapted: FLAG,
      reached: FLAG,
    },
  }),
  ImportFacts: objectOf<ImportFacts>("An import and what is behind it", {
    always: { name: TEXT, by: SIDE },
    maybe: {
      label: TEXT,
      detail: TEXT,
      offered: TEXT,
      limits: listOf(objectOf<LimitedFunction>(
        "A function that Wharf honours in part",
        { always: { function: TEXT, limit: TEXT }, maybe: {} },
      )),
    },
  }),
};
