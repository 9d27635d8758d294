/**
 * Server-sent events as a client reads them.
 *
 * @module
 */

/** An event; a comment has no name. */
export interface ReadEvent {
  readonly name: string | undefined;
  readonly data: unknown;
}

/** The events of an answer, comments among them. Ending the iteration is the client leaving. */
export async function* eventsOf(
  { body }: Response,
): AsyncGenerator<ReadEvent, undefined> {
  if (body === null) return;
  let text = "";
  for await (const part of body.pipeThrough(new TextDecoderStream())) {
    text += part;
    const blocks = text.split("\n\n");
    text = blocks.pop() ?? "";
    yield* blocks.map(readBlock);
  }
}

/** The next event of that name. */
export async function nextEvent(
  events: AsyncIterator<ReadEvent, undefined>,
  name: string | undefined,
): Promise<unknown> {
  for (;;) {
    const { value, done } = await events.next();
    if (done) throw new Error(`the stream ended before "${name}"`);
    if (value.name === name) return value.data;
  }
}

function readBlock(block: string): ReadEvent {
  const fields = new Map(
    block.split("\n").map((line) => {
      const at = line.indexOf(": ");
      return [line.slice(0, at), line.slice(at + 2)];
    }),
  );
  const data = fields.get("data");
  return {
    name: fields.get("event"),
    data: data === undefined ? undefined : JSON.parse(data),
  };
}
