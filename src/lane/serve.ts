/**
 * A lane's side of the protocol: an inline lane of its own, and messages in and out.
 *
 * @module
 */

import { linkComponent } from "../runtime/component.ts";
import type { GuestOutput, HostCall } from "../runtime/host_interface.ts";
import {
  type HttpRequest,
  type HttpResponse,
  lineList,
} from "../runtime/http_message.ts";
import { openInlineLane } from "../runtime/inline_lane.ts";
import type { Lane } from "../runtime/lane.ts";
import { faultOf } from "../runtime/lane_fault.ts";
import { RemoteGate } from "../runtime/lane_gate.ts";
import type { FromLane, ToLane } from "../runtime/lane_protocol.ts";
import { LaneStreams, STREAM_WINDOW } from "../runtime/lane_streams.ts";
import { textFrom } from "../runtime/latin1.ts";
import {
  type Batch,
  eachMessage,
  type MessageEndpoint,
  Outbox,
  ownBytes,
} from "../runtime/outbox.ts";
import { openCallSpans } from "./open_call_spans.ts";
import {
  type LaneGuests,
  makeGuestInterfaces,
  siblingParts,
} from "./guests.ts";
import { RemoteBuckets } from "./remote_buckets.ts";

/** A message for a lane. */
export type LaneMessage = ToLane<LaneGuests>;

/** Up to here a body goes with its head, as text: that costs less than an array of its own. */
const SHORT_BODY = 1024;

type Of<Kind extends LaneMessage["kind"]> = Extract<
  LaneMessage,
  { readonly kind: Kind }
>;

/** Serves one lane. Returns what takes the messages that come. */
export function serveLane(
  endpoint: MessageEndpoint,
): (batch: Batch<LaneMessage>) => void {
  const server = new LaneServer(endpoint);
  return (batch) => eachMessage(batch, (message) => server.take(message));
}

class LaneServer {
  readonly #outbox: Outbox<FromLane>;
  readonly #buckets: RemoteBuckets;
  readonly #gate: RemoteGate;
  readonly #streams: LaneStreams;
  readonly #sending = new Set<Promise<void>>();
  #clients: AsyncDisposable | undefined;
  #lane: Lane | undefined;
  #underWay = 0;

  constructor(endpoint: MessageEndpoint) {
    this.#outbox = new Outbox(endpoint, () => this.#underWay);
    this.#buckets = new RemoteBuckets(this.#outbox);
    this.#gate = new RemoteGate(this.#outbox);
    this.#streams = new LaneStreams(this.#outbox);
  }

  take(message: LaneMessage): void {
    switch (message.kind) {
      case "open":
        this.#open(message);
        return;
      case "fetch":
        this.#fetch(message);
        return;
      case "tell":
        this.#tell(message);
        return;
      case "bucket-answer":
        return this.#buckets.take(message.call, message.answer);
      case "gate-open":
        return this.#gate.take(message);
      case "ping":
        return this.#outbox.post({ kind: "pong" });
      case "count":
        this.#count();
        return;
      case "close":
        this.#close();
        return;
      default:
        return this.#streams.take(message);
    }
  }

  async #open(message: Of<"open">): Promise<void> {
    const { artifact, settings, tracesCalls, spans, guests } = message;
    try {
      const given = makeGuestInterfaces(guests.settings, {
        buckets: this.#buckets,
        gate: this.#gate,
        warn: (text) => this.#outbox.post({ kind: "warning", text }),
      });
      this.#clients = given.clients;
      await given.volumes.open();
      const component = linkComponent(artifact, {
        ...given,
        siblings: siblingParts(guests.siblings, given),
        output: this.#output(tracesCalls),
        spans: await openCallSpans(spans),
        memoryLimit: guests.settings.memoryLimit,
      });
      this.#lane = await openInlineLane(component, {
        ...settings,
        events: {
          trapped: (id, trap) =>
            this.#outbox.post({ kind: "trapped", id, fault: faultOf(trap) }),
          returned: (id) => {
            this.#underWay--;
            this.#streams.stopReceiving(id);
            this.#outbox.postPlain({ kind: "returned", id });
          },
        },
      });
      const { answersHttp, takesChanges, unreached } = component;
      this.#outbox.post({
        kind: "opened",
        answersHttp,
        takesChanges,
        unreached,
      });
    } catch (error) {
      this.#outbox.post({ kind: "not-opened", fault: faultOf(error) });
    }
  }

  #fetch(message: Of<"fetch">): void {
    const { id } = message;
    this.#underWay++;
    try {
      const answer = this.#lane!.fetch(this.#request(message), id);
      if (answer instanceof Promise) this.#answerLater(id, answer);
      else this.#answer(id, answer);
    } catch (error) {
      this.#fail(id, error);
    }
  }

  async #answerLater(
    id: string,
    response: Promise<HttpResponse>,
  ): Promise<void> {
    try {
      this.#answer(id, await response);
    } catch (error) {
      this.#fail(id, error);
    }
  }

  #fail(id: string, error: unknown): void {
    this.#outbox.post({ kind: "failed", id, fault: faultOf(error) });
  }

  async #tell({ id, change }: Of<"tell">): Promise<void> {
    this.#underWay++;
    try {
      await this.#lane!.tell(change, id);
      this.#outbox.post({ kind: "told", id });
    } catch (error) {
      this.#fail(id, error);
    }
  }

  #request(message: Of<"fetch">): HttpRequest {
    const { id, method, url, headers, trace } = message;
    const { hasBody, hasTrailers, takesTrailers, takesInformation } = message;
    const incoming = hasBody || hasTrailers
      ? this.#streams.receive(id, 0, () => {})
      : undefined;
    return {
      method,
      url,
      headers,
      body: hasBody ? incoming!.body : null,
      ...(hasTrailers ? { trailers: incoming!.trailers } : {}),
      ...(takesTrailers ? { takesTrailers } : {}),
      ...(trace === undefined ? {} : { trace }),
      ...(takesInformation && {
        inform: (status, headers) =>
          this.#outbox.post({ kind: "inform", id, status, headers }),
      }),
    };
  }

  #answer(id: string, response: HttpResponse): void {
    const { status, body, trailers } = response;
    const head = {
      kind: "head",
      id,
      status,
      headers: lineList(response.headers),
      hasTrailers: trailers !== undefined,
    } as const;
    if (body instanceof Uint8Array && trailers === undefined) {
      if (body.length <= SHORT_BODY) {
        return this.#outbox.postPlain({
          ...head,
          body: { latin1: textFrom(body) },
        });
      }
      const bytes = ownBytes(body);
      return this.#outbox.post({ ...head, body: bytes }, bytes);
    }
    if (body === null && trailers === undefined) {
      return this.#outbox.postPlain({ ...head, body: null });
    }
    this.#outbox.post({ ...head, body: "stream" });
    const sending = this.#streams.send(id, {
      body: body instanceof Uint8Array ? streamOf(body) : body,
      trailers,
      credit: STREAM_WINDOW,
    });
    this.#sending.add(sending);
    sending.then(() => this.#sending.delete(sending));
  }

  async #count(): Promise<void> {
    // There is a lane by then: nobody is told of this one before.
    const instances = await this.#lane!.instances();
    this.#outbox.post({ kind: "counted", instances });
  }

  async #close(): Promise<void> {
    await this.#lane?.[Symbol.asyncDispose]();
    // The guests have returned: what is left of their bodies is no more than their windows.
    this.#streams.sendAll();
    await Promise.all(this.#sending);
    await this.#clients?.[Symbol.asyncDispose]();
    this.#outbox.post({ kind: "closed" });
  }

  #output(tracesCalls: boolean): GuestOutput {
    return {
      ...(tracesCalls && {
        call: (id: string | undefined, call: HostCall) =>
          this.#outbox.postAlong({ kind: "host-call", id, call }),
      }),
      line: (id, stream, text) =>
        this.#outbox.post({ kind: "line", id, stream, text }),
      message: (id, level, context, text) =>
        this.#outbox.post({ kind: "message", id, level, context, text }),
    };
  }
}

function streamOf(bytes: Uint8Array): ReadableStream<Uint8Array> {
  return new ReadableStream({
    start(controller) {
      controller.enqueue(bytes);
      controller.close();
    },
  });
}
