import assert from "node:assert/strict";
import { makeDeployment, startServe } from "./support/serve_process.ts";

const TRACE = "0af7651916cd43dd8448eb211c80319c";

Deno.test("serve writes a line of the access log for each answer, when it is over", async () => {
  await using made = await makeDeployment("echo");
  await using served = await startServe(made.dist);
  const post = await fetch(`${served.url}/x?secret=1`, {
    method: "POST",
    body: "twelve bytes",
    headers: { traceparent: `00-${TRACE}-b7ad6b7169203331-01` },
  });
  assert.equal(await post.text(), "twelve bytes");
  const first = await served.event("access");
  const { time, id, milliseconds, ...line } = first as
    & typeof first
    & { time: string };
  assert.deepEqual(line, {
    event: "access",
    method: "POST",
    path: "/x",
    status: 200,
    bytes: 12,
    client: "127.0.0.1",
    trace: TRACE,
  });
  assert.ok(milliseconds > 0);
  assert.equal(new Date(time).toISOString(), time);
  await (await fetch(`${served.url}/source?bytes=70000`)).body?.cancel();
  const head = await fetch(`${served.url}/status/404`, { method: "HEAD" });
  assert.equal(head.status, 404);
  const lines = [
    await served.event("access", 2),
    await served.event("access", 3),
  ];
  assert.equal(new Set([id, ...lines.map(({ id }) => id)]).size, 3);
  const last = lines.find(({ method }) => method === "HEAD");
  assert.deepEqual(
    [last?.status, last?.path, last?.bytes],
    [404, "/status/404", 0],
  );
  served.kill("SIGTERM");
  const { code, stderr } = await served.ended;
  assert.deepEqual([code, stderr], [0, ""]);
  assert.deepEqual(
    served.events.filter(({ event }) => event === "request"),
    [],
  );
});

Deno.test("serve writes queries where it is asked to", async () => {
  await using made = await makeDeployment("hello");
  await using served = await startServe(made.dist, {
    args: ["--log-query"],
  });
  await (await fetch(`${served.url}/a?b=c`)).text();
  assert.equal((await served.event("access")).path, "/a?b=c");
});

Deno.test("serve tells clients of a fault its status and the id that the log has", async () => {
  await using made = await makeDeployment(
    "misbehave",
    "dev: {http: {max_request_body: 10B}}\n",
  );
  await using served = await startServe(made.dist);
  const trapped = await fetch(`${served.url}/trap`, {
    headers: { accept: "application/problem+json" },
  });
  const problem = await trapped.json();
  const { id } = await served.event("access");
  assert.deepEqual(problem, {
    type: "about:blank",
    title: "Internal Server Error",
    status: 500,
    request: id,
  });
  const trap = await served.event("guest-trap");
  assert.deepEqual([trap.request, trap.kind], [id, "trapped"]);
  const large = await fetch(`${served.url}/ok`, {
    method: "POST",
    body: "eleven byte",
  });
  const refused = await served.event("access", 2);
  assert.equal(large.status, 413);
  assert.equal(
    await large.text(),
    `Content Too Large\n(request ${refused.id})\n`,
  );
  assert.equal(refused.refused, "request-body-too-large");
  const grpc = await fetch(`${served.url}/wharf.Test/Echo`, {
    method: "POST",
    headers: { "content-type": "application/grpc", te: "trailers" },
    body: new Uint8Array(5),
  });
  const unspoken = await served.event("access", 3);
  assert.deepEqual([grpc.status, await grpc.text()], [415, ""]);
  assert.equal(unspoken.refused, "grpc-without-trailers");
  assert.equal(grpc.headers.get("grpc-status"), "12");
  assert.equal(
    grpc.headers.get("grpc-message"),
    `gRPC is not served here (request ${unspoken.id})`,
  );
  const metrics = await (await fetch(`${served.admin}/metrics`)).text();
  for (
    const line of [
      'wharf_guest_traps_total{kind="trapped"} 1',
      'wharf_http_refused_total{reason="request-body-too-large"} 1',
      'wharf_http_requests_total{method="GET",status="5xx"} 1',
      'wharf_http_requests_total{method="POST",status="4xx"} 2',
      "wharf_http_requests_in_flight 0",
    ]
  ) assert.ok(metrics.includes(`\n${line}\n`), `${line}\n${metrics}`);
});

Deno.test("serve has nothing of its own at the public address, and no component at the other", async () => {
  await using made = await makeDeployment("hello");
  await using served = await startServe(made.dist);
  for (
    const path of [
      "",
      "health",
      "health/live",
      "metrics",
      "api/",
      "openapi.json",
    ]
  ) {
    const response = await fetch(`${served.url}/_wharf/${path}`);
    assert.equal(await response.text(), "hello\n", path);
  }
  const root = new URL("/", served.admin);
  const other = await fetch(root);
  assert.equal(other.status, 404);
  assert.ok(!(await other.text()).includes("hello"));
  const post = await fetch(`${served.admin}/metrics`, { method: "POST" });
  assert.equal(post.status, 405);
  await post.body?.cancel();
});

for (const lanes of ["0", "2"]) {
  Deno.test(`serve tells of instances when it is asked, with ${lanes} Workers`, async () => {
    await using made = await makeDeployment("echo");
    await using served = await startServe(made.dist, {
      args: ["--lanes", lanes],
    });
    const { readable, writable } = new TransformStream<
      Uint8Array,
      Uint8Array
    >();
    const writer = writable.getWriter();
    const echo = fetch(served.url, { method: "POST", body: readable });
    await writer.write(new TextEncoder().encode("begun"));
    const response = await echo;
    const threads = Math.max(1, Number(lanes));
    // Each question is answered by the threads themselves; the second one begins late.
    let counts = await instancesOf(served.admin);
    while (counts.threads < threads) counts = await instancesOf(served.admin);
    assert.equal(counts.busy, 1);
    await writer.close();
    assert.equal(await response.text(), "begun");
    while (counts.busy > 0) counts = await instancesOf(served.admin);
    // The one that served is put back, or another is made in its place.
    assert.equal(counts.made - counts.dropped, counts.ready);
    assert.ok(counts.ready > 0);
  });
}

/** What the metrics say of instances, of all threads together. */
async function instancesOf(admin: string) {
  const text = await (await fetch(`${admin}/metrics`)).text();
  const sum = (pattern: RegExp) =>
    [...text.matchAll(pattern)].reduce((sum, [, n]) => sum + Number(n), 0);
  return {
    threads: [...text.matchAll(/^wharf_instances{.*state="ready"}/gm)].length,
    ready: sum(/^wharf_instances{.*state="ready"} (\d+)$/gm),
    busy: sum(/^wharf_instances{.*state="busy"} (\d+)$/gm),
    made: sum(/^wharf_instances_made_total (\d+)$/gm),
    dropped: sum(/^wharf_instances_dropped_total (\d+)$/gm),
  };
}

Deno.test("serve counts calls of buckets by store, operation and outcome", async () => {
  await using made = await makeDeployment("rust_wit_bindgen");
  await using served = await startServe(made.dist, {
    args: ["--lanes", "3", "--http-server", "node"],
  });
  const stored = await fetch(served.url, {
    method: "POST",
    body: '{"key":"a","value":"b"}',
  });
  assert.equal(stored.status, 200, await stored.text());
  for (let n = 0; n < 4; n++) {
    assert.equal(
      await (await fetch(`${served.url}/?key=a`)).text(),
      "[in_memory] b\n",
    );
  }
  const access = await served.event("access", 5);
  assert.equal(access.client, "127.0.0.1");
  // The first thread answers before the others are there.
  while ((await instancesOf(served.admin)).threads < 3);
  const response = await fetch(`${served.admin}/metrics`);
  assert.equal(
    response.headers.get("content-type"),
    "text/plain; version=0.0.4; charset=utf-8",
  );
  const metrics = await response.text();
  for (
    const line of [
      'wharf_keyvalue_calls_total{store="in_memory",operation="set",outcome="ok"} 1',
      'wharf_keyvalue_calls_total{store="in_memory",operation="get",outcome="ok"} 4',
      'wharf_keyvalue_call_duration_seconds_count{store="in_memory",operation="get"} 4',
      'wharf_http_request_duration_seconds_count{status="2xx"} 5',
      "wharf_lanes 3",
      'wharf_lane_calls{lane="2"} 0',
    ]
  ) assert.ok(metrics.includes(`\n${line}\n`), `${line}\n${metrics}`);
  assert.match(metrics, /\nprocess_resident_memory_bytes \d{7,}\n/);
  assert.match(metrics, /\nprocess_cpu_seconds_total \d+\.\d+\n/);
  assert.ok(metrics.includes(`deno="${Deno.version.deno}"`));
});
