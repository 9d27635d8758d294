/**
 * Uploads to the explorer, over the wire: as large as is allowed, larger, and broken off.
 */

import assert from "node:assert/strict";
import { serveExplorer } from "./support/explorer_server.ts";
import { DOORS } from "./support/http_server.ts";

const MEBIBYTE = 1024 * 1024;

/** The status of an answer whose body does not matter. */
async function statusOf(answer: Promise<Response>): Promise<number> {
  const response = await answer;
  await response.body?.cancel();
  return response.status;
}

for (const door of DOORS) {
  Deno.test(`${door}: an upload that is too large is refused before it is read`, async () => {
    await using server = await serveExplorer({ door });
    const path = "/_wharf/api/value?bucket=b&key=k";
    const head = `PUT ${path} HTTP/1.1\r\nHost: localhost\r\n`;
    using client = await server.connect();
    // Nothing of the body is sent.
    await client.send(`${head}Content-Length: ${64 * MEBIBYTE + 1}\r\n\r\n`);
    const refused = await client.readResponse();
    assert.equal(refused.status, 413);
    assert.equal(
      JSON.parse(new TextDecoder().decode(refused.body)).code,
      "too-large",
    );
    assert.equal(
      await statusOf(server.api("GET value", { bucket: "b", key: "k" })),
      404,
    );
  });

  Deno.test(`${door}: an upload without a length is counted`, async () => {
    await using server = await serveExplorer({ door });
    const path = "/_wharf/api/value?bucket=b&key=k";
    using client = await server.connect();
    await client.send(
      `PUT ${path} HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n`,
    );
    const chunk = "x".repeat(MEBIBYTE);
    const sending = (async () => {
      for (let sent = 0; sent <= 65; sent++) await client.sendChunk(chunk);
    })().catch((error: unknown) => error);
    const refused = await client.readResponse();
    assert.equal(refused.status, 413);
    client.close();
    await sending;
    assert.equal(
      await statusOf(server.api("GET value", { bucket: "b", key: "k" })),
      404,
    );
  });

  Deno.test(`${door}: an upload that breaks off writes nothing`, async () => {
    await using server = await serveExplorer({ door });
    {
      using client = await server.connect();
      await client.send(
        "PUT /_wharf/api/value?bucket=b&key=k HTTP/1.1\r\nHost: localhost\r\n" +
          "Expect: 100-continue\r\nContent-Length: 100\r\n\r\n",
      );
      // The body is waited for.
      assert.equal((await client.readHead()).status, 100);
      await client.send("half");
    }
    await server.shutdown();
    const bucket = await server.buckets.open("b");
    assert.equal(await bucket.get("k"), undefined);
  });

  Deno.test(`${door}: a value of 64 MiB goes there and back`, async () => {
    await using server = await serveExplorer({ door });
    const query = { bucket: "b", key: "k" };
    const body = new Uint8Array(64 * MEBIBYTE).fill(7);
    assert.equal(await statusOf(server.api("PUT value", query, { body })), 200);
    const got = await (await server.api("GET value", query)).bytes();
    assert.equal(Buffer.compare(got, body), 0);
  });
}
