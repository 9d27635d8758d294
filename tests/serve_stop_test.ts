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
