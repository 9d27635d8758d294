/**
 * A KV Connect server in memory: enough of the protocol for `Deno.openKv(url)` to get, set,
 * delete, list and check. It stands in for the real one, which comes as a container only.
 *
 * @module
 */

import { concat, fields, message, type Value } from "./protobuf.ts";

/** A started server. Disposing stops it. */
export interface KvConnectServer extends AsyncDisposable {
  readonly url: string;
  /** What it does with calls: answers, refuses the token, fails, or leaves the caller waiting. */
  mode: "serve" | "refuse" | "fail" | "hang";
  /** How many calls it has had. */
  calls: number;
  /** Answers the calls that hang. */
  release(): void;
}

interface Row {
  readonly key: Uint8Array;
  readonly data: Uint8Array;
  readonly encoding: number;
  readonly versionstamp: Uint8Array;
}

const SUCCESS = 1;
const CHECK_FAILURE = 2;
const SET = 1;

/** Starts a server on a free port of the loopback that takes one token. */
export function startKvConnectServer(token: string): KvConnectServer {
  const rows = new Map<string, Row>();
  let version = 0;
  let hanging = new AbortController();
  const http = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    async (request) => {
      server.calls++;
      const body = new Uint8Array(await request.arrayBuffer());
      if (server.mode === "hang") await aborted(hanging.signal);
      if (server.mode === "fail") {
        return new Response("broken", { status: 500 });
      }
      const isKnown = request.headers.get("authorization") ===
        `Bearer ${token}`;
      if (!isKnown || server.mode === "refuse") {
        return new Response("unauthorized", { status: 401 });
      }
      const { pathname } = new URL(request.url);
      if (pathname.endsWith("/snapshot_read")) return reply(snapshotRead(body));
      if (pathname.endsWith("/atomic_write")) return reply(atomicWrite(body));
      return Response.json({
        version: 3,
        databaseId: crypto.randomUUID(),
        endpoints: [{ url: `${server.url}/db`, consistency: "strong" }],
        token,
        expiresAt: new Date(Date.now() + 3_600_000).toISOString(),
      });
    },
  );
  const server: KvConnectServer = {
    url: `http://127.0.0.1:${http.addr.port}`,
    mode: "serve",
    calls: 0,
    release() {
      hanging.abort();
      hanging = new AbortController();
    },
    async [Symbol.asyncDispose]() {
      server.release();
      await http.shutdown();
    },
  };
  return server;

  function snapshotRead(body: Uint8Array): Uint8Array {
    const ranges = fields(body).of(1).map((range) => {
      const asked = fields(bytesOf(range));
      const [start, end] = [bytesOf(asked.of(1)[0]), bytesOf(asked.of(2)[0])];
      const limit = Number(asked.of(3)[0] ?? 0);
      const found = rowsIn(nameOf(start), nameOf(end));
      if (Number(asked.of(4)[0] ?? 0) === 1) found.reverse();
      const entries = found.slice(0, limit).map((row) =>
        message([1, row.key], [2, row.data], [3, row.encoding], [
          4,
          row.versionstamp,
        ])
      );
      return message(...entries.map((entry) => [1, entry] as const));
    });
    return concat(
      message(...ranges.map((range) => [1, range] as const)),
      message([4, 1], [8, SUCCESS]),
    );
  }

  function rowsIn(start: string, end: string): Row[] {
    // A read of one key asks for the span up to the same key with a zero behind it.
    const names = end === `${start}\0`
      ? [start].filter((name) => rows.has(name))
      : [...rows.keys()].filter((name) => name >= start && name < end).sort();
    return names.map((name) => rows.get(name)!);
  }

  function atomicWrite(body: Uint8Array): Uint8Array {
    const asked = fields(body);
    for (const check of asked.of(1).map((one) => fields(bytesOf(one)))) {
      const found = rows.get(nameOf(bytesOf(check.of(1)[0])))?.versionstamp ??
        new Uint8Array(0);
      if (Buffer.compare(found, bytesOf(check.of(2)[0])) !== 0) {
        return message([1, CHECK_FAILURE]);
      }
    }
    const versionstamp = new Uint8Array(10);
    new DataView(versionstamp.buffer).setBigUint64(0, BigInt(++version));
    for (const mutation of asked.of(2).map((one) => fields(bytesOf(one)))) {
      const key = bytesOf(mutation.of(1)[0]);
      if (Number(mutation.of(3)[0]) !== SET) {
        rows.delete(nameOf(key));
        continue;
      }
      const value = fields(bytesOf(mutation.of(2)[0]));
      rows.set(nameOf(key), {
        key,
        data: bytesOf(value.of(1)[0]),
        encoding: Number(value.of(2)[0]),
        versionstamp,
      });
    }
    return message([1, SUCCESS], [2, versionstamp]);
  }
}

function reply(body: Uint8Array): Response {
  return new Response(new Uint8Array(body), {
    headers: { "content-type": "application/x-protobuf" },
  });
}

function bytesOf(value: Value | undefined): Uint8Array {
  return value instanceof Uint8Array ? value.slice() : new Uint8Array(0);
}

/** Bytes as a text that sorts as they do. */
function nameOf(key: Uint8Array): string {
  return Buffer.from(key).toString("latin1");
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) =>
    signal.addEventListener("abort", () => resolve())
  );
}
