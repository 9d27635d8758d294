import assert from "node:assert/strict";
import {
  makeDeployment,
  type ReadyServeProcess,
  startServe,
} from "./support/serve_process.ts";

/** What the server says of itself, and the status it says it with. */
async function ready({ admin }: ReadyServeProcess) {
  const response = await fetch(`${admin}/health/ready`);
  return { status: response.status, ...await response.json() };
}

/** An upload that the guest has begun to send back, and that goes on for as long as it is wanted. */
async function openEcho({ url }: ReadyServeProcess) {
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  const writer = writable.getWriter();
  const answer = fetch(url, { method: "POST", body: readable });
  await writer.write(new TextEncoder().encode("begun "));
  const response = await answer;
  const reader = response.body!.getReader();
  const first = await reader.read();
  assert.equal(new TextDecoder().decode(first.value), "begun ");
  return { writer, reader };
}

for (const server of ["deno", "node"]) {
  Deno.test(`serve finishes what is in flight when it is told to stop, by ${server}`, async () => {
    await using made = await makeDeployment("echo");
    await using served = await startServe(made.dist, {
      args: ["--http-server", server],
    });
    const { writer, reader } = await openEcho(served);
    assert.equal((await ready(served)).status, 200);
    served.kill("SIGTERM");
    await served.event("stopping");
    const now = await ready(served);
    assert.deepEqual([now.status, now.phase], [503, "draining"]);
    const live = await fetch(`${served.admin}/health/live`);
    assert.deepEqual(
      [live.status, await live.json()],
      [200, { live: true, phase: "draining" }],
    );
    if (server === "deno") {
      const late = await fetch(served.url);
      assert.equal(late.status, 503);
      assert.match(await late.text(), /^Service Unavailable\n\(request /);
      assert.equal((await served.event("access")).refused, "stopping");
    } else {
      await assert.rejects(fetch(served.url), TypeError);
    }
    await writer.write(new TextEncoder().encode("and ended"));
    await writer.close();
    let rest = "";
    for (;;) {
      const { value, done } = await reader.read();
      if (done) break;
      rest += new TextDecoder().decode(value);
    }
    assert.equal(rest, "and ended");
    const { code, signal, stderr } = await served.ended;
    assert.deepEqual([code, signal, stderr], [0, null, ""]);
    const { bytes, status, broken } = served.events
      .filter((event) => event.event === "access").at(-1)!;
    assert.deepEqual([bytes, status, broken], [15, 200, undefined]);
  });
}

for (const server of ["deno", "node"]) {
  Deno.test(`serve takes no connection while answers end, so that a proxy asks another, by ${server}`, async () => {
    await using made = await makeDeployment("echo");
    await using served = await startServe(made.dist, {
      args: ["--http-server", server],
    });
    const bytes = 32 * 1024 * 1024;
    // The guest does not read it.
    const body = "short";
    const answer = await fetch(`${served.url}/source?bytes=${bytes}`, {
      method: "POST",
      body,
    });
    const upload = await fetch(served.url, { method: "POST", body: "read" });
    assert.equal(await upload.text(), "read");
    const slow = fetch(`${served.url}/slow?n=2&ms=500`, { method: "POST" });
    await slow;
    served.kill("SIGTERM");
    await served.event("stopping");
    assert.equal((await ready(served)).phase, "draining");
    await refused(served.url);
    assert.match(await (await slow).text(), /^.+\n.+\n$/);
    assert.equal((await answer.bytes()).length, bytes);
    const { code, stderr } = await served.ended;
    assert.deepEqual([code, stderr], [0, ""]);
  });
}

/** Resolves when no connection is taken; whoever comes in the last moment gets a 503. */
async function refused(url: string): Promise<void> {
  for (let tries = 0; tries < 20; tries++) {
    const response = await fetch(url).catch(() => undefined);
    if (response === undefined) return;
    await response.body?.cancel();
    assert.equal(response.status, 503);
  }
  assert.fail("connections are taken for as long as an answer is in flight");
}

Deno.test("serve breaks off what takes longer than serve.drain_timeout, and says so", async () => {
  await using made = await makeDeployment("echo");
  await using served = await startServe(made.dist, {
    args: ["--drain-timeout", "100ms"],
  });
  const { writer, reader } = await openEcho(served);
  served.kill("SIGINT");
  const broken = reader.read().then(({ done }) => done, () => "broken");
  const { text } = await served.event("warning");
  assert.match(text, /^Requests are broken off: 1 took longer than the 100 ms/);
  const { code } = await served.ended;
  assert.equal(code, 0);
  assert.equal(await broken, "broken");
  await writer.abort().catch(() => {});
});

Deno.test("serve breaks off a download that nobody takes", async () => {
  await using made = await makeDeployment("echo");
  await using served = await startServe(made.dist, {
    args: ["--drain-timeout", "100ms"],
  });
  const answer = await fetch(`${served.url}/source?bytes=1000000000`);
  served.kill("SIGTERM");
  const { text } = await served.event("warning");
  assert.match(text, /^Requests are broken off: 1 took longer than the 100 ms/);
  assert.equal((await served.ended).code, 0);
  await assert.rejects(answer.bytes());
});

Deno.test("serve goes on to answer for serve.drain_delay, and ends at once by a second signal", async () => {
  await using made = await makeDeployment("hello");
  await using served = await startServe(made.dist, {
    args: ["--drain-delay", "1h"],
  });
  served.kill("SIGTERM");
  await served.event("stopping");
  assert.equal((await ready(served)).status, 503);
  assert.equal(await (await fetch(served.url)).text(), "hello\n");
  await served.event("access");
  served.kill("SIGTERM");
  assert.equal((await served.ended).signal, "SIGTERM");
});

Deno.test("serve writes every line of the access log before it ends", async () => {
  await using made = await makeDeployment("hello");
  await using served = await startServe(made.dist);
  const count = 500;
  const clients = Array.from({ length: 10 }, async () => {
    for (let n = 0; n < count / 10; n++) {
      await (await fetch(served.url)).text();
    }
  });
  await Promise.all(clients);
  served.kill("SIGTERM");
  assert.equal((await served.ended).code, 0);
  const ids = served.events.flatMap((event) =>
    event.event === "access" ? [event.id] : []
  );
  assert.equal(new Set(ids).size, count);
});
