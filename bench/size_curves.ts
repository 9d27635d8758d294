/**
 * Curves of sizes: bodies and buckets.
 *
 * @module
 */

import assert from "node:assert/strict";
import { openInMemory } from "../src/keyvalue/in_memory.ts";
import type { Bucket } from "../src/keyvalue/store.ts";
import { HELLO, RAW, wharfServer } from "./contenders.ts";
import { bytes, type Curve, type CurveExtent } from "./curve.ts";
import { makeProject } from "./project_folder.ts";
import { median } from "./report.ts";
import { program, type ServerOptions, startServer } from "./server_process.ts";

const BODIES = [0, 2 ** 10, 2 ** 16, 2 ** 20, 10 * 2 ** 20, 100 * 2 ** 20];
const KEYS = [10, 100, 1000, 10_000, 100_000, 1_000_000];

/** At least so many requests of a size, however long they take. */
const FEWEST = 3;

/** Milliseconds a request by the size of its response, or of its own body. */
export async function bodyCurve(
  way: "down" | "up",
  folder: string,
  extent: CurveExtent,
): Promise<Curve> {
  const project = await makeProject(folder);
  const echo = { ...HELLO, file: HELLO.file.replace("hello", "echo") };
  const servers: [string, () => ServerOptions][] = [
    [RAW, () => program("bench/body_server.ts")],
    ["echo, inline", () => wharfServer(echo, "reused", { lanes: 0, project })],
    ["echo, lane", () => wharfServer(echo, "reused", { lanes: 1, project })],
  ];
  const lines = [];
  for (const [name, server] of servers) {
    await using running = await startServer(server());
    const points: [number, number][] = [];
    for (const size of BODIES) {
      const body = new Uint8Array(way === "up" ? size : 0);
      const send = way === "up"
        ? () => upload(`${running.url}/sink`, body)
        : () => download(`${running.url}/source?bytes=${size}`, size);
      points.push([size, await timeOf(send, extent)]);
    }
    lines.push({ name, points });
  }
  return {
    name: way,
    title: way === "up" ? "Bodies of requests" : "Bodies of responses",
    how: way === "up"
      ? "One client sends a body at a time, the guest (`echo`, `/sink`) reads it to its end in chunks of " +
        "64 KiB; medians."
      : "The guest (`echo`, `/source`) writes chunks of 64 KiB, one client reads them, a request at a " +
        "time; medians.",
    x: "body",
    y: "ms a request",
    xScale: "zero-log",
    yScale: "log",
    xText: bytes,
    yText: (value) => value.toFixed(value < 10 ? 2 : 0),
    lines,
  };
}

async function download(url: string, size: number): Promise<void> {
  const response = await fetch(url);
  let total = 0;
  for await (const chunk of response.body ?? []) total += chunk.length;
  assert.equal(total, size);
}

async function upload(
  url: string,
  body: Uint8Array<ArrayBuffer>,
): Promise<void> {
  const response = await fetch(url, { method: "POST", body });
  assert.equal(await response.text(), `${body.length}\n`);
}

/** The median of a series, in milliseconds. */
async function timeOf(
  act: () => Promise<void>,
  { rounds, seconds }: CurveExtent,
): Promise<number> {
  const times: number[] = [];
  const until = performance.now() + rounds * seconds * 500;
  for (let warm = 0; warm < FEWEST; warm++) await act();
  while (times.length < FEWEST || performance.now() < until) {
    const begun = performance.now();
    await act();
    times.push(performance.now() - begun);
  }
  return median(times);
}

/** Microseconds by the number of keys in a bucket. */
export async function keysCurve(extent: CurveExtent): Promise<Curve> {
  const gets: [number, number][] = [];
  const pages: [number, number][] = [];
  for (const count of KEYS) {
    await using backend = await openInMemory();
    const bucket = await backend.open("bench");
    await fill(bucket, count);
    gets.push([count, await getTime(bucket, count, extent)]);
    const page = async () => {
      await bucket.listKeys({ limit: 100 });
    };
    pages.push([count, await timeOf(page, extent) * 1000]);
  }
  return {
    name: "keys",
    title: "Keys in a bucket",
    how:
      "in_memory, in one process and without a guest: a get of a key anywhere in the bucket, and the first " +
      "page of 100 keys; medians.",
    x: "keys",
    y: "µs",
    xScale: "log",
    yScale: "log",
    yText: (value) => value.toFixed(2),
    lines: [
      { name: "get", points: gets },
      { name: "first page", points: pages },
    ],
  };
}

/** A get takes less than the clock can tell: many are timed. */
async function getTime(
  bucket: Bucket,
  count: number,
  extent: CurveExtent,
): Promise<number> {
  const many = 10_000;
  // A step that has no divisor with the counts visits all keys by turns.
  const keys = Array.from(
    { length: many },
    (_, index) => `key${(index * 7919) % count}`,
  );
  const time = await timeOf(async () => {
    for (const key of keys) await bucket.get(key);
  }, extent);
  return time * 1000 / many;
}

async function fill(bucket: Bucket, count: number): Promise<void> {
  const value = new TextEncoder().encode("myvalue");
  for (let from = 0; from < count; from += 1000) {
    const length = Math.min(1000, count - from);
    await bucket.setMany(
      Array.from({ length }, (_, index) => [`key${from + index}`, value]),
    );
  }
}
