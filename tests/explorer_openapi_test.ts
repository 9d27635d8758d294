/**
 * `openapi.json` against the server: every operation is called, every answer is held to what the
 * document says of it, and there is no route beside it.
 */

import assert from "node:assert/strict";
import { Validator } from "@seriousme/openapi-schema-validator";
import { Ajv2020 } from "ajv/dist/2020";
import { makeRouter } from "../src/explorer/answerer.ts";
import { API_PATH, type ApiDocument } from "../src/explorer/openapi.ts";
import {
  type ExplorerServer,
  serveExplorer,
} from "./support/explorer_server.ts";

/** One call: what is asked, and the status it gets. */
interface ApiCall {
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly status: number;
  /** Of a stream of events: what makes one happen, and its name. */
  readonly event?: {
    readonly name: string;
    act(server: ExplorerServer): Promise<unknown> | unknown;
  };
  /** What has to be so before. */
  prepare?(server: ExplorerServer): Promise<unknown> | unknown;
}

const A = { bucket: "a", key: "k" };
const NOWHERE = { bucket: "redis" };
const RULED = { bucket: "ruled" };

/** Every operation, in the order they are called. */
const CALLS: Readonly<Record<string, readonly ApiCall[]>> = {
  getStatus: [{ status: 200 }, { status: 400, query: { a: "b" } }],
  rebuild: [{ status: 202 }],
  listBuilds: [{ status: 200 }],
  getComponent: [
    { status: 200 },
    { status: 404, prepare: ({ project }) => project.isServing = false },
  ],
  createBucket: [
    { status: 201, query: { bucket: "new" } },
    { status: 200, query: { bucket: "new" } },
    { status: 404, query: NOWHERE },
    { status: 501, query: { bucket: "kept" } },
  ],
  listBuckets: [{ status: 200 }],
  getBucket: [
    { status: 200, query: { bucket: "new" } },
    { status: 200, query: { bucket: "not there" } },
    { status: 200, query: RULED },
    { status: 200, query: { bucket: "kept" } },
    { status: 404, query: NOWHERE },
    { status: 400 },
  ],
  dropBucket: [
    { status: 204, query: { bucket: "new" } },
    { status: 404, query: { bucket: "new" } },
    { status: 404, query: NOWHERE },
  ],
  setValue: [
    { status: 200, query: A, body: "v" },
    { status: 200, query: { ...A, ttl: "60000" }, body: "v" },
    { status: 412, query: A, body: "v", headers: { "If-None-Match": "*" } },
    { status: 412, query: A, body: "v", headers: { "If-Match": '"x"' } },
    { status: 200, query: A, body: "v", headers: { "If-Match": "*" } },
    { status: 400, query: { ...A, ttl: "30s" }, body: "v" },
    { status: 413, query: { ...RULED, key: "k" }, body: "v".repeat(100) },
    { status: 502, query: { ...RULED, key: "k".repeat(100) }, body: "v" },
    { status: 404, query: { ...NOWHERE, key: "k" }, body: "v" },
  ],
  getValue: [
    { status: 200, query: A },
    { status: 304, query: A, headers: { "If-None-Match": "*" } },
    { status: 404, query: { ...A, key: "absent" } },
    { status: 404, query: { ...NOWHERE, key: "k" } },
  ],
  headValue: [
    { status: 200, query: A },
    { status: 304, query: A, headers: { "If-None-Match": "*" } },
    { status: 404, query: { ...A, key: "absent" } },
  ],
  getEntry: [
    { status: 200, query: A },
    { status: 404, query: { ...A, key: "absent" } },
  ],
  listKeys: [
    { status: 200, query: { bucket: "a", limit: "1" } },
    { status: 200, query: { bucket: "not there" } },
    { status: 400, query: { bucket: "a", limit: "1001" } },
    { status: 400, query: { bucket: "a", cursor: "x" } },
  ],
  incrementKey: [
    {
      status: 200,
      query: { bucket: "a", key: "n", delta: "-9007199254740993" },
    },
    { status: 502, query: { ...A, delta: "1" } },
    { status: 400, query: { ...A, delta: "9999999999999999999" } },
  ],
  getHistory: [
    { status: 501, query: A },
    { status: 200, query: { bucket: "not there", key: "k" } },
  ],
  purgeKey: [
    { status: 501, query: A },
    { status: 204, query: { bucket: "not there", key: "k" } },
  ],
  exportBucket: [
    { status: 200, query: { bucket: "a" } },
    { status: 404, query: NOWHERE },
  ],
  importBucket: [
    {
      status: 200,
      query: { bucket: "a", existing: "keep" },
      body: '{"wharf":1}\n{"key":"i","value":"v"}\n',
    },
    { status: 400, query: { bucket: "a" }, body: "nonsense\n" },
    { status: 400, query: { bucket: "a", existing: "x" }, body: "" },
  ],
  seedBucket: [
    { status: 200, query: RULED },
    { status: 501, query: { bucket: "a" } },
  ],
  deleteValue: [
    { status: 412, query: A, headers: { "If-Match": '"x"' } },
    { status: 204, query: A, headers: { "If-Match": "*" } },
    { status: 204, query: A },
  ],
  watchKeys: [
    {
      status: 200,
      query: { bucket: "a", prefix: "w" },
      event: {
        name: "change",
        act: async ({ buckets }) =>
          await (await buckets.open("a")).set("w", new Uint8Array(3)),
      },
    },
    { status: 404, query: NOWHERE },
  ],
  watchProject: [
    { status: 200, event: { name: "build", act() {} } },
    { status: 200, event: { name: "request", act: sendRequest } },
  ],
  listRequests: [
    { status: 200, prepare: sendRequest },
    { status: 200, query: { limit: "1", before: "t1" } },
  ],
  getRequest: [
    { status: 200, query: { id: "t1" } },
    { status: 404, query: { id: "nothing" } },
  ],
  replayRequest: [
    { status: 202, query: { id: "t1" } },
    { status: 404, query: { id: "nothing" } },
    {
      status: 409,
      query: { id: "t4" },
      prepare: (server) =>
        fetch(new URL("/", server.url), { method: "POST", body: "x" })
          .then((response) => response.text()),
    },
  ],
  clearRequests: [{ status: 204 }],
  getDocument: [{ status: 200 }],
};

async function sendRequest({ url }: ExplorerServer): Promise<void> {
  const response = await fetch(new URL("/?key=mykey", url));
  await response.text();
}

/** One operation of the document. */
interface DocumentedRoute {
  readonly id: string;
  readonly method: string;
  readonly path: string;
}

function routesOf({ paths }: ApiDocument): readonly DocumentedRoute[] {
  return Object.entries(paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, { operationId: id }]) => ({
      id,
      method: method.toUpperCase(),
      path,
    }))
  );
}

/** Checks values against what the document says, by a pointer into it. */
class DocumentChecker {
  readonly #ajv = new Ajv2020({ allErrors: true, strictTypes: false });

  constructor(readonly document: ApiDocument) {
    this.#ajv.addVocabulary(Object.keys(document));
    this.#ajv.addSchema({ ...document, $id: "http://document.test/" });
  }

  check(value: unknown, ...pointer: readonly string[]): void {
    const path = pointer.map((part) =>
      encodeURIComponent(part.replaceAll("~", "~0").replaceAll("/", "~1"))
    ).join("/");
    const validate = this.#ajv.getSchema(`http://document.test/#/${path}`);
    assert.ok(validate, path);
    assert.ok(
      validate(value),
      `${path}: ${JSON.stringify(validate.errors)} in ${JSON.stringify(value)}`,
    );
  }
}

function serveExample(): Promise<ExplorerServer> {
  const seed = new Map([["seeded", new TextEncoder().encode("s")]]);
  return serveExplorer({
    buckets: {
      rules: {
        ruled: {
          seed,
          readOnly: true,
          bucket: "stored",
          maxKeySize: 20,
          maxValueSize: 20,
        },
        kept: { store: { backend: "deno_kv", path: ":memory:" } },
      },
    },
  });
}

async function documentOf(server: ExplorerServer): Promise<ApiDocument> {
  return await (await server.api("GET openapi.json")).json();
}

Deno.test("openapi.json is valid OpenAPI 3.1", async () => {
  await using server = await serveExample();
  const validator = new Validator();
  const result = await validator.validate(await documentOf(server));
  assert.deepEqual(result, { valid: true });
  assert.equal(validator.version, "3.1");
});

Deno.test("there is no route beside openapi.json", async () => {
  await using server = await serveExample();
  const router = makeRouter({
    project: server.project,
    requests: server.requests,
    ending: new AbortController().signal,
    heartbeat: 1000,
    assets: new URL("file:///nowhere/"),
  });
  const documented = routesOf(await documentOf(server));
  assert.deepEqual(
    router.routes.map(({ method, path }) => `${method} ${path}`).sort(),
    // The router answers HEAD by its GET.
    documented.filter(({ method }) => method !== "HEAD")
      .map(({ method, path }) => `${method} ${API_PATH}${path}`).sort(),
  );
  for (const path of new Set(documented.map((route) => route.path))) {
    const response = await fetch(`${server.url}api${path}`, {
      method: "OPTIONS",
    });
    await response.body?.cancel();
    assert.equal(
      response.headers.get("allow"),
      documented.filter((route) => route.path === path)
        .map(({ method }) => method).join(", "),
    );
  }
});

Deno.test("every operation of openapi.json answers as it says", async (test) => {
  await using server = await serveExample();
  const document = await documentOf(server);
  const checker = new DocumentChecker(document);
  const routes = new Map(routesOf(document).map((route) => [route.id, route]));
  assert.deepEqual(Object.keys(CALLS).sort(), [...routes.keys()].sort());
  assert.throws(() => checker.check({}, "components", "schemas", "Problem"));
  for (const [id, calls] of Object.entries(CALLS)) {
    const route = routes.get(id)!;
    const { responses } = document.paths[route.path]![
      route.method.toLowerCase()
    ]!;
    // Refusals are many; what an operation is for has to be seen.
    const expected = Object.keys(responses).filter((each) => each < "400");
    const called = new Set(calls.map(({ status }) => `${status}`));
    assert.deepEqual(expected.filter((each) => !called.has(each)), [], id);
    for (const call of calls) {
      await test.step(`${id} ${call.status}`, async () => {
        await callRoute(server, checker, route, call);
      });
    }
  }
  assert.deepEqual(server.faults, []);
});

async function callRoute(
  server: ExplorerServer,
  checker: DocumentChecker,
  { method, path }: DocumentedRoute,
  { query, headers, body, status, event, prepare }: ApiCall,
): Promise<void> {
  await prepare?.(server);
  const response = await server.api(`${method} ${path.slice(1)}`, query, {
    ...(headers === undefined ? {} : { headers }),
    ...(body === undefined ? {} : { body }),
  });
  const lower = method.toLowerCase();
  const operation = checker.document.paths[path]![lower]!;
  const described = operation.responses[String(status)];
  if (event === undefined) {
    const text = await response.text();
    assert.equal(response.status, status, text);
    assert.ok(described, `${status} is not described`);
    const type = response.headers.get("content-type");
    if (type === null) return assert.equal(described.content, undefined);
    assert.ok(described.content?.[type], `${type} is not described`);
    if (method === "HEAD") return;
    const value = type.endsWith("json") && !type.endsWith("ndjson")
      ? JSON.parse(text)
      : text;
    const at = ["paths", path, lower, "responses", `${status}`];
    checker.check(value, ...at, "content", type, "schema");
    return;
  }
  assert.equal(response.status, status);
  const schemas = described?.["x-events"];
  assert.ok(schemas !== undefined && event.name in schemas);
  await event.act(server);
  let text = "";
  for await (
    const part of response.body!.pipeThrough(new TextDecoderStream())
  ) {
    text += part;
    const found = new RegExp(`event: ${event.name}\ndata: (.*)\n\n`).exec(text);
    if (found === null) continue;
    const at = ["paths", path, lower, "responses", `${status}`];
    checker.check(JSON.parse(found[1]!), ...at, "x-events", event.name);
    return;
  }
  assert.fail(`the stream ended after ${JSON.stringify(text)}`);
}
