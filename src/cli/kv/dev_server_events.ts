/**
 * The events that a dev server sends, as its bytes come.
 * https://html.spec.whatwg.org/multipage/server-sent-events.html
 *
 * @module
 */

/** One event. */
export interface ReceivedEvent {
  readonly name: string;
  /** JSON. */
  readonly data: string;
}

/** The events of a body, until it ends. What is no event, comments among it, is left out. */
export async function* eventsOf(
  body: ReadableStream<Uint8Array<ArrayBuffer>>,
): AsyncGenerator<ReceivedEvent> {
  let name = "";
  let data = "";
  for await (const line of linesOf(body)) {
    if (line === "") {
      if (data !== "") yield { name, data };
      [name, data] = ["", ""];
    } else if (line.startsWith("event: ")) {
      name = line.slice("event: ".length);
    } else if (line.startsWith("data: ")) {
      data += line.slice("data: ".length);
    }
  }
}

async function* linesOf(
  body: ReadableStream<Uint8Array<ArrayBuffer>>,
): AsyncGenerator<string> {
  let rest = "";
  for await (const text of body.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    yield* lines;
  }
}
