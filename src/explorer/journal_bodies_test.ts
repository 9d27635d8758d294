import assert from "node:assert/strict";
import type { HttpRequest } from "../runtime/http_message.ts";
import { CAPTURE_SIZE } from "./api.ts";
import { MAX_BYTES, RequestJournal } from "./journal.ts";

const GET: HttpRequest = {
  method: "GET",
  url: "http://guest.test/a?b",
  headers: [["Host", "guest.test"]],
  body: null,
};

function post(body: ReadableStream<Uint8Array>): HttpRequest {
  return { ...GET, method: "POST", body };
}

function streamOf(...pieces: readonly string[]): ReadableStream<Uint8Array> {
  return ReadableStream.from(
    pieces.map((text) => new TextEncoder().encode(text)),
  );
}

async function textOf({ body }: HttpRequest): Promise<string> {
  return await new Response(body).text();
}

Deno.test("a body is kept as it goes by, without reading ahead", async () => {
  let pulled = 0;
  const source = new ReadableStream<Uint8Array>({
    pull(controller) {
      pulled++;
      controller.enqueue(new Uint8Array(10).fill(pulled));
    },
  }, { highWaterMark: 0 });
  const journal = new RequestJournal();
  const { body } = journal.begin("1", post(source));
  const reader = body!.getReader();
  assert.equal(pulled, 0);
  const { value } = await reader.read();
  assert.equal(pulled, 1);
  // Whoever reads may give the bytes away.
  (value!.buffer as ArrayBuffer).transfer();
  await reader.read();
  assert.equal(pulled, 2);
  const kept = journal.detail("1")!.body;
  assert.deepEqual({ ...kept, bytes: [...Uint8Array.fromBase64(kept.bytes)] }, {
    size: 20,
    bytes: [...new Array(10).fill(1), ...new Array(10).fill(2)],
    whole: false,
  });
  await reader.cancel();
});

Deno.test("a body that is given up is given up at its source, and its failure reaches the guest", async () => {
  const cancelled = Promise.withResolvers<unknown>();
  const journal = new RequestJournal();
  const given = journal.begin(
    "1",
    post(new ReadableStream({ cancel: cancelled.resolve })),
  );
  await given.body!.cancel("enough");
  assert.equal(await cancelled.promise, "enough");
  assert.equal(journal.detail("1")!.body.whole, false);

  const failure = new RangeError("too long");
  const failing = journal.begin(
    "2",
    post(new ReadableStream({ pull: () => Promise.reject(failure) })),
  );
  await assert.rejects(
    failing.body!.getReader().read(),
    (error) => error === failure,
  );
  assert.equal(journal.replay("2"), "not-whole");
});

for (
  const [size, whole] of [[CAPTURE_SIZE, true], [
    CAPTURE_SIZE + 1,
    false,
  ]] as const
) {
  Deno.test(`of a body of ${size} bytes ${whole ? "all" : "the first"} is kept`, async () => {
    const journal = new RequestJournal();
    const text = "x".repeat(size - 10);
    const given = journal.begin("1", post(streamOf(text, "y".repeat(10))));
    assert.equal((await textOf(given)).length, size);
    const { body, replayable } = journal.detail("1")!;
    assert.equal(body.size, size);
    assert.equal(Uint8Array.fromBase64(body.bytes).length, CAPTURE_SIZE);
    assert.equal(body.whole, whole);
    assert.equal(replayable, whole);
  });
}

Deno.test("replay() gives the same request again, as often as asked for", async () => {
  const journal = new RequestJournal();
  const given = journal.begin("1", {
    ...post(streamOf("hel", "lo")),
    trace: "0af7651916cd43dd8448eb211c80319c",
    takesTrailers: true,
    inform: () => {},
    trailers: Promise.resolve([["t", "1"]]),
  });
  assert.equal(given.takesTrailers, true);
  assert.ok(given.inform);
  assert.deepEqual(await given.trailers, [["t", "1"]]);
  assert.equal(journal.replay("1"), "not-whole");
  assert.equal(await textOf(given), "hello");
  for (let round = 0; round < 2; round++) {
    const again = journal.replay("1");
    assert.ok(typeof again === "object");
    const { body: _, trailers, ...head } = again;
    assert.deepEqual(head, {
      method: "POST",
      url: GET.url,
      headers: GET.headers,
      trace: "0af7651916cd43dd8448eb211c80319c",
    });
    assert.equal(await textOf(again), "hello");
    assert.deepEqual(await trailers, [["t", "1"]]);
  }
  assert.equal(journal.replay("2"), "unknown");
  const again = journal.begin("2", GET, "1");
  assert.equal(again, GET);
  assert.equal(journal.detail("2")!.replayOf, "1");
});

Deno.test("the oldest requests make room for what the newest keep, which are never all", async () => {
  const journal = new RequestJournal();
  const size = 4 * CAPTURE_SIZE;
  const text = "x".repeat(size);
  const most = Math.floor(MAX_BYTES / CAPTURE_SIZE);
  journal.begin("first", GET);
  let id = 0;
  while (journal.detail("first") !== undefined && id <= most) {
    const given = journal.begin(`${++id}`, post(streamOf(text)));
    assert.equal((await textOf(given)).length, size);
  }
  assert.ok(id <= most, `${id} bodies of ${CAPTURE_SIZE} bytes`);
  assert.ok(id > most * 0.9);
  // What is forgotten takes no room: as many again are kept.
  const rounds = id;
  for (let more = 0; more < rounds; more++) {
    await textOf(journal.begin(`${++id}`, post(streamOf(text))));
  }
  assert.ok(journal.list().length > most * 0.9);
  assert.equal(journal.list()[0]!.id, `${id}`);
});
