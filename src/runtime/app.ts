/**
 * One component being served: requests go in, responses come out, and whatever a guest does
 * ends in a response.
 *
 * @module
 */

import type { Fault, FaultPolicy } from "./faults/fault.ts";
import { faultResponse } from "./faults/fault_response.ts";
import type { RecentOutput } from "./faults/recent_output.ts";
import { busyFault, GuestStacks, trapFault } from "./faults/trap_fault.ts";
import { fetchResponse, requestReader } from "./fetch_message.ts";
import type { BucketChange } from "./guest.ts";
import type { HttpAnswer, HttpRequest, HttpResponse } from "./http_message.ts";
import type { LaneInstances } from "./instances.ts";
import { type Lane, LaneBusyError } from "./lane.ts";
import { GuestTrap } from "./trap.ts";

/** What happened to one request, for the log and the explorer. */
export interface RequestEvent {
  readonly id: string;
  readonly method: string;
  readonly url: string;
  readonly status: number;
  /** The W3C trace that its client says it belongs to. */
  readonly trace: string | undefined;
  /** Milliseconds until the response's head was there. */
  readonly duration: number;
}

/** What an app tells its owner. */
export interface AppEvents {
  answered(event: RequestEvent): void;
  /** A fault of Wharf itself, not of the guest. */
  failed(requestId: string, error: unknown): void;
}

/** What is not so with most apps. */
export interface AppOptions {
  /** Whether the component answers requests; without that each gets 501. */
  readonly answersHttp?: boolean;
  /** Whether the component is told of changes; default: it is not. */
  readonly takesChanges?: boolean;
  /** What calls the lane besides; ended before the lane. */
  readonly beside?: AsyncDisposable;
  /** What clients learn of faults; without that nothing but the request's id. */
  readonly faults?: FaultPolicy;
  /** What the guests write through, for faults that are shown. */
  readonly output?: RecentOutput;
  /** What may tell the lines of a stack. */
  readonly stacks?: GuestStacks;
}

/** A request that has no answer yet. */
interface Asked {
  readonly request: HttpRequest;
  readonly id: string;
  /** In `performance.now()` milliseconds. */
  readonly since: number;
}

/** A component that answers requests. */
export class App implements AsyncDisposable {
  readonly #lane: Lane;
  readonly #events: AppEvents;
  readonly #answersHttp: boolean;
  /** Whether the component is told of changes. */
  readonly takesChanges: boolean;
  readonly #beside: AsyncDisposable | undefined;
  readonly #read = requestReader();
  readonly #faults: FaultPolicy;
  readonly #output: RecentOutput | undefined;
  readonly #stacks: GuestStacks;
  #count = 0;
  #waiting = 0;
  #allAnswered = Promise.withResolvers<void>();
  #isEnding = false;

  constructor(lane: Lane, events: AppEvents, options: AppOptions = {}) {
    this.#lane = lane;
    this.#events = events;
    this.#answersHttp = options.answersHttp ?? true;
    this.takesChanges = options.takesChanges ?? false;
    this.#beside = options.beside;
    this.#faults = options.faults ?? "hidden";
    this.#output = this.#faults === "shown" ? options.output : undefined;
    this.#stacks = options.stacks ?? new GuestStacks({ modules: [] });
  }

  /** Answers one request of the Fetch API. Never rejects. */
  async fetch(request: Request): Promise<Response> {
    return fetchResponse(await this.handle(this.#read(request)));
  }

  /**
   * Answers one request, at once where the guest does. Never rejects.
   *
   * @param id Marks the request in the log; no other under way MUST have the same.
   */
  handle(
    request: HttpRequest,
    id: string = (++this.#count).toString(36),
  ): HttpAnswer {
    const asked = { request, id, since: performance.now() };
    this.#waiting++;
    let answer: HttpAnswer;
    try {
      answer = this.#answersHttp
        ? this.#lane.fetch(request, id)
        : this.#noHandler(request, id);
    } catch (error) {
      return this.#failed(asked, error);
    }
    if (!(answer instanceof Promise)) return this.#answered(asked, answer);
    return answer.then(
      (response) => this.#answered(asked, response),
      (error) => this.#failed(asked, error),
    );
  }

  async #failed(asked: Asked, error: unknown): Promise<HttpResponse> {
    const { request, id } = asked;
    const fault = await this.#faultOf(error, id);
    return this.#answered(asked, this.#tell(request, fault));
  }

  #answered(
    { request: { method, url, trace }, id, since }: Asked,
    response: HttpResponse,
  ): HttpResponse {
    this.#output?.end(id);
    this.#over();
    const { status } = response;
    const duration = performance.now() - since;
    this.#events.answered({ id, method, url, status, trace, duration });
    return response;
  }

  /**
   * Tells the component of a change; resolves when it has taken it.
   *
   * @throws {GuestTrap} It did not take it.
   * @throws {LaneBusyError} No instance came free in time.
   */
  async tell(change: BucketChange, id: string): Promise<void> {
    this.#waiting++;
    try {
      await this.#lane.tell(change, id);
    } finally {
      this.#output?.end(id);
      this.#over();
    }
  }

  /** How many calls are under way, in each thread. */
  usage(): readonly number[] {
    return this.#lane.underWay();
  }

  /** How many instances there are. Never rejects, and settles within a second. */
  instances(): Promise<LaneInstances> {
    return this.#lane.instances();
  }

  /** Ends what is under way. It MUST NOT be given requests any more. */
  breakOff(): void {
    this.#lane.breakOff();
  }

  #over(): void {
    this.#waiting--;
    if (this.#isEnding && this.#waiting === 0) this.#allAnswered.resolve();
  }

  #noHandler(request: HttpRequest, id: string): HttpResponse {
    return this.#tell(request, {
      kind: "no-handler",
      status: 501,
      message: "This component exports nothing that answers HTTP requests",
      request: id,
    });
  }

  async #faultOf(error: unknown, request: string): Promise<Fault> {
    try {
      return await this.#guestFault(error, request);
    } catch (failure) {
      // What tells a stack reads what the guest made, and must not cost the answer.
      return this.#hostFault(failure, request);
    }
  }

  async #guestFault(error: unknown, request: string): Promise<Fault> {
    if (error instanceof GuestTrap) {
      const { kind, status, message } = error;
      if (this.#faults === "hidden") return { kind, status, message, request };
      return await trapFault(error, {
        request,
        output: this.#output?.linesOf(request) ?? [],
        stacks: this.#stacks,
      });
    }
    if (error instanceof LaneBusyError) return busyFault(error, request);
    return this.#hostFault(error, request);
  }

  #hostFault(error: unknown, request: string): Fault {
    this.#events.failed(request, error);
    return {
      kind: "host",
      status: 500,
      message: "Wharf failed; its log says how",
      request,
    };
  }

  #tell(request: HttpRequest, fault: Fault): HttpResponse {
    return faultResponse(fault, request, this.#faults);
  }

  /** Finishes the requests that it was given, bodies included. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#beside?.[Symbol.asyncDispose]();
    this.#isEnding = true;
    // A lane that closes turns away those who still wait for one of its threads.
    if (this.#waiting > 0) await this.#allAnswered.promise;
    await this.#lane[Symbol.asyncDispose]();
  }
}
