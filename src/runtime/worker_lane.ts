/**
 * Guests in a Worker, as the server's thread sees them: a Worker can be ended when its guests
 * hold up all that goes on there.
 *
 * @module
 */

import type { Artifact } from "./artifact.ts";
import type { Gate } from "./gate.ts";
import type { BucketChange } from "./guest.ts";
import type { GuestOutput } from "./host_interface.ts";
import {
  type HttpRequest,
  type HttpResponse,
  lineList,
} from "./http_message.ts";
import type { Lane, LaneEvents } from "./lane.ts";
import { idOutside, type LaneCall, LaneCalls } from "./lane_calls.ts";
import { errorFrom, overdue } from "./lane_fault.ts";
import { GateServer } from "./lane_gate.ts";
import { RemoteInstances } from "./instances.ts";
import {
  bodyFrom,
  type BucketAnswer,
  type BucketCall,
  type BucketPlace,
  bytesOf,
  type FromLane,
  type LaneSettings,
  type StoreNames,
  type ToLane,
} from "./lane_protocol.ts";
import { LaneStreams, STREAM_WINDOW } from "./lane_streams.ts";
import { LaneWatchdog } from "./lane_watchdog.ts";
import { type Batch, eachMessage, Outbox, ownBytes } from "./outbox.ts";
import { GuestTrap } from "./trap.ts";

/** How a lane is opened in a Worker. */
export interface WorkerLaneOptions<Guests> {
  /** Runs `src/lane/entry.ts`; the lane ends it. */
  readonly worker: Worker;
  readonly artifact: Artifact;
  readonly settings: LaneSettings;
  /** What guests are given. It is cloned. */
  readonly guests: Guests;
  readonly events: LaneEvents;
  readonly output: GuestOutput;
  /** What spans are to say; default: none are recorded. */
  readonly spans?: StoreNames | undefined;
  /** Answers what guests ask of buckets. Never rejects. */
  readonly buckets: (
    place: BucketPlace,
    ask: BucketCall,
  ) => Promise<BucketAnswer>;
  /** Orders guests of all lanes. */
  readonly gate: Gate;
  /** Told of what concerns the project rather than a guest. */
  readonly warn: (text: string) => void;
}

/** A lane in a Worker. */
export interface WorkerLane extends Lane {
  /** Whether its guests answer requests. */
  readonly answersHttp: boolean;
  /** Whether its guests are told of changes. */
  readonly takesChanges: boolean;
  /** Names of the components beside that none of its calls can reach. */
  readonly unreached: readonly string[];
  /** How many calls are under way. */
  readonly load: number;
  /** Resolves when the lane takes no more calls, with why it ended where nobody asked it to. */
  readonly ended: Promise<string | undefined>;
}

/**
 * Opens a lane and makes its first instance.
 *
 * @throws {GuestTrap} The component traps when it is instantiated, or the Worker ended.
 * @throws {LinkError} It imports what is not offered.
 */
export async function openWorkerLane<Guests>(
  options: WorkerLaneOptions<Guests>,
): Promise<WorkerLane> {
  const thread = new LaneThread(options);
  const { answersHttp, takesChanges, unreached } = await thread.open(options);
  return {
    answersHttp,
    takesChanges,
    unreached,
    get load() {
      return thread.load;
    },
    ended: thread.ended,
    fetch: (request, id) => thread.fetch(request, id),
    tell: (change, id) => thread.tell(change, id),
    underWay: () => [thread.load],
    instances: () => thread.instances.now(),
    breakOff: () => thread.breakOff(),
    [Symbol.asyncDispose]: () => thread.close(),
  };
}

/** What the Worker says of the component. */
type Opened = Extract<FromLane, { readonly kind: "opened" }>;

type Head = Extract<FromLane, { readonly kind: "head" }>;

class LaneThread<Guests> {
  readonly #worker: Worker;
  readonly #options: WorkerLaneOptions<Guests>;
  readonly #outbox: Outbox<ToLane<Guests>>;
  readonly #streams: LaneStreams;
  readonly #gate: GateServer;
  readonly #calls = new LaneCalls();
  readonly #watchdog: LaneWatchdog;
  readonly instances = new RemoteInstances(
    () => this.#outbox.post({ kind: "count" }),
  );
  readonly #opened = Promise.withResolvers<Opened>();
  readonly #ended = Promise.withResolvers<string | undefined>();
  readonly #closed = Promise.withResolvers<void>();
  #endReason: string | undefined;
  #closingSince = Infinity;

  constructor(options: WorkerLaneOptions<Guests>) {
    this.#worker = options.worker;
    this.#options = options;
    this.#outbox = new Outbox(options.worker, () => this.#calls.size);
    this.#streams = new LaneStreams(this.#outbox);
    this.#gate = new GateServer(options.gate, this.#outbox);
    this.#watchdog = new LaneWatchdog(options.settings.requestTimeout, {
      ping: () => this.#outbox.post({ kind: "ping" }),
      isOverdue: (since) =>
        this.#closingSince <= since ||
        this.#calls.list().some((call) => call.since <= since),
      stuck: () => this.#end("it does not answer"),
    });
    this.#worker.onmessage = ({ data }: MessageEvent<Batch<FromLane>>) =>
      eachMessage(data, (message) => this.#take(message));
    this.#worker.onerror = (event) => {
      event.preventDefault();
      this.#end(event.message);
    };
    this.#worker.onmessageerror = () => this.#end("it sent what is no message");
  }

  get load(): number {
    return this.#calls.size;
  }

  get ended(): Promise<string | undefined> {
    return this.#ended.promise;
  }

  async open(options: WorkerLaneOptions<Guests>): Promise<Opened> {
    const { artifact, settings, guests, output, spans } = options;
    const tracesCalls = output.call !== undefined;
    this.#outbox.post({
      kind: "open",
      artifact,
      settings,
      tracesCalls,
      spans,
      guests,
    });
    try {
      return await this.#opened.promise;
    } catch (error) {
      this.#worker.terminate();
      throw error;
    }
  }

  async fetch(
    request: HttpRequest,
    requestId: string,
  ): Promise<HttpResponse> {
    const { method, url, headers, body, trailers, takesTrailers } = request;
    const { id, answered } = this.#begin(requestId, request.inform);
    this.#outbox.postPlain({
      kind: "fetch",
      id,
      method,
      url,
      headers: lineList(headers),
      hasBody: body !== null,
      hasTrailers: trailers !== undefined,
      takesTrailers: takesTrailers ?? false,
      takesInformation: request.inform !== undefined,
      trace: request.trace,
    });
    if (body !== null || trailers !== undefined) {
      this.#streams.send(id, { body, trailers, credit: 0 });
    }
    // Whoever ends a request's waiting has its response, or rejects.
    return (await answered)!;
  }

  async tell(change: BucketChange, changeId: string): Promise<void> {
    const { id, answered } = this.#begin(changeId);
    if (change.kind === "set") {
      const value = ownBytes(change.value);
      this.#outbox.post({ kind: "tell", id, change: { ...change, value } });
    } else {
      this.#outbox.post({ kind: "tell", id, change });
    }
    await answered;
  }

  async close(): Promise<void> {
    this.#closingSince = performance.now();
    // A thread that stands still does not say that it is closed.
    if (this.#endReason === undefined) this.#watchdog.watch();
    this.#outbox.post({ kind: "close" });
    await Promise.race([this.#closed.promise, this.#ended.promise]);
    this.#end(undefined);
  }

  breakOff(): void {
    this.#end("another component has taken its place");
  }

  #begin(outside: string, inform?: HttpRequest["inform"]): {
    readonly id: string;
    readonly answered: Promise<HttpResponse | undefined>;
  } {
    if (this.#endReason !== undefined) throw this.#lost();
    const waiting = Promise.withResolvers<HttpResponse | undefined>();
    const { id } = this.#calls.begin(outside, waiting, inform);
    this.#watchdog.watch();
    return { id, answered: waiting.promise };
  }

  #response({ id, status, headers, body, hasTrailers }: Head): HttpResponse {
    if (body !== "stream") return { status, headers, body: bodyFrom(body) };
    const { body: stream, trailers } = this.#streams.receive(
      id,
      STREAM_WINDOW,
      () => {
        const call = this.#calls.get(id);
        if (call === undefined) return;
        call.isStreaming = false;
        this.#forget(call);
      },
    );
    return {
      status,
      headers,
      body: stream,
      ...(hasTrailers ? { trailers } : {}),
    };
  }

  #take(message: FromLane): void {
    const { events, output } = this.#options;
    switch (message.kind) {
      case "opened":
        return this.#opened.resolve(message);
      case "not-opened":
        return this.#opened.reject(errorFrom(message.fault));
      case "inform": {
        const call = this.#calls.get(message.id);
        if (call?.waiting === undefined) return;
        return call.inform?.(message.status, message.headers);
      }
      case "head":
        return this.#answer(message.id, (call) => {
          call.isStreaming = message.body === "stream";
          // At once: the first piece of the body may stand in the same batch.
          call.waiting?.resolve(this.#response(message));
        });
      case "told":
        return this.#answer(
          message.id,
          ({ waiting }) => waiting?.resolve(undefined),
        );
      case "failed":
        return this.#answer(
          message.id,
          ({ waiting }) => waiting?.reject(errorFrom(message.fault)),
        );
      case "returned":
        return this.#returned(message.id);
      case "trapped":
        return events.trapped(
          idOutside(message.id),
          errorFrom(message.fault),
        );
      case "line":
        return output.line(
          idOutside(message.id),
          message.stream,
          message.text,
        );
      case "message": {
        const { id, level, context, text } = message;
        return output.message(idOutside(id), level, context, text);
      }
      case "host-call":
        return output.call?.(idOutside(message.id), message.call);
      case "bucket-call":
        this.#ask(message.call, message.place, message.ask);
        return;
      case "gate-enter":
      case "gate-leave":
        return this.#gate.take(message);
      case "warning":
        return this.#options.warn(message.text);
      case "pong":
        return this.#watchdog.heard();
      case "counted":
        return this.instances.take(message.instances);
      case "closed":
        return this.#closed.resolve();
      default:
        return this.#streams.take(message);
    }
  }

  #answer(id: string, settle: (call: LaneCall) => void): void {
    const call = this.#calls.get(id);
    if (call?.waiting === undefined) return;
    settle(call);
    call.waiting = undefined;
    this.#forget(call);
  }

  #returned(id: string): void {
    const call = this.#calls.get(id);
    if (call === undefined) return;
    call.hasReturned = true;
    // The guest reads no further; what the client still sends is the server's to drop.
    this.#streams.stopSending(id);
    this.#options.events.returned?.(idOutside(id));
    this.#forget(call);
  }

  #forget(call: LaneCall): void {
    const { waiting, hasReturned, isStreaming } = call;
    if (waiting !== undefined || !hasReturned || isStreaming) return;
    this.#calls.delete(call);
    if (this.#calls.size === 0 && this.#closingSince === Infinity) {
      this.#watchdog.rest();
    }
  }

  async #ask(call: number, place: BucketPlace, ask: BucketCall): Promise<void> {
    const answer = await this.#options.buckets(place, ask);
    if (this.#endReason !== undefined) return;
    this.#outbox.post(
      { kind: "bucket-answer", call, answer },
      ...bytesOf(answer),
    );
  }

  /** Ends the Worker, and each call with it. */
  #end(reason: string | undefined): void {
    if (this.#endReason !== undefined) return;
    this.#endReason = reason ?? "it was closed";
    this.#worker.terminate();
    this.#watchdog.rest();
    this.#gate.leaveAll();
    const now = performance.now();
    const { requestTimeout } = this.#options.settings;
    for (const call of this.#calls.list()) {
      const { id } = call;
      this.#calls.delete(call);
      const isOverdue = call.waiting !== undefined &&
        now - call.since >= requestTimeout;
      const trap = isOverdue ? overdue(requestTimeout) : this.#lost();
      this.#streams.stopSending(id);
      this.#streams.breakOff(id, trap);
      call.waiting?.reject(trap);
      if (!call.hasReturned) {
        this.#options.events.trapped(idOutside(id), trap);
        this.#options.events.returned?.(idOutside(id));
      }
    }
    this.#opened.reject(this.#lost());
    // Nobody may be waiting for it any more.
    this.#opened.promise.catch(() => {});
    this.#ended.resolve(reason);
  }

  #lost(): GuestTrap {
    return new GuestTrap(
      "lane-lost",
      `The thread that the guest ran in has ended: ${this.#endReason}`,
    );
  }
}
