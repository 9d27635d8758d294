/**
 * What happened to the guests of a test's app.
 *
 * @module
 */

import type { RequestEvent } from "../../src/runtime/app.ts";
import type { Guest, GuestFactory, GuestRun } from "../../src/runtime/guest.ts";
import type {
  GuestLogLevel,
  GuestOutput,
  GuestStream,
  HostCall,
} from "../../src/runtime/host_interface.ts";

/** A line that a guest wrote to stdout or stderr. */
export interface WrittenLine {
  readonly request: string | undefined;
  readonly stream: GuestStream;
  readonly text: string;
}

/** A message that a guest logged. */
export interface LoggedMessage {
  readonly request: string | undefined;
  readonly level: GuestLogLevel;
  readonly context: string;
  readonly text: string;
}

/** A call that left a guest. */
export interface RecordedCall {
  readonly request: string | undefined;
  readonly call: HostCall;
}

/** What has happened so far. */
export interface GuestAppRecord {
  readonly lines: readonly WrittenLine[];
  readonly messages: readonly LoggedMessage[];
  /** Calls that have ended, where they are traced. */
  readonly calls: readonly RecordedCall[];
  /** Guests that ended by a trap, the newest last. */
  readonly traps: readonly { readonly request: string; readonly trap: Error }[];
  readonly answered: readonly RequestEvent[];
  /** Faults of Wharf itself. There should be none. */
  readonly failures: readonly unknown[];
  /** What was said when a Worker had to be replaced. */
  readonly replaced: readonly string[];
  /** What Workers warned of. */
  readonly warnings: readonly string[];
  /** How many fresh instances there were; 0 with Workers. */
  readonly made: number;
  /** How many of them had been used before; 0 with Workers. */
  readonly restarted: number;
  /** How many requests were answered by plain calls; 0 with Workers. */
  readonly plain: number;
  /** How many of them hold something still: those that serve and those that wait; 0 with Workers. */
  readonly alive: number;
  /** How many serve a request: its code has not returned. */
  readonly serving: number;
}

/** Takes down what happens. */
export class Recorder implements GuestAppRecord {
  readonly replaced: string[] = [];
  readonly warnings: string[] = [];
  readonly calls: RecordedCall[] = [];
  readonly output: GuestOutput;
  readonly lines: WrittenLine[] = [];
  readonly messages: LoggedMessage[] = [];
  readonly traps: { readonly request: string; readonly trap: Error }[] = [];
  readonly answered: RequestEvent[] = [];
  readonly failures: unknown[] = [];
  made = 0;
  restarted = 0;
  plain = 0;
  alive = 0;
  serving = 0;
  readonly #waiting: (() => void)[] = [];

  constructor(tracesCalls = false) {
    this.output = {
      ...(tracesCalls && {
        call: (request: string | undefined, call: HostCall) =>
          void this.calls.push({ request, call }),
      }),
      line: (request, stream, text) =>
        this.lines.push({ request, stream, text }),
      message: (request, level, context, text) =>
        this.messages.push({ request, level, context, text }),
    };
  }

  idle(): Promise<void> {
    if (this.serving === 0) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  watch(factory: GuestFactory): GuestFactory {
    return {
      make: async () => {
        const guest = await factory.make();
        this.made++;
        this.alive++;
        return this.#watched(guest);
      },
    };
  }

  #watched(guest: Guest): Guest {
    return {
      get uses() {
        return guest.uses;
      },
      handle: (request, requestId) => {
        this.serving++;
        const call = guest.handle(request, requestId);
        this.#follow(call);
        return call;
      },
      tell: (change, changeId) => {
        this.serving++;
        const run = guest.tell(change, changeId);
        this.#follow(run);
        return run;
      },
      get wasPlain() {
        return guest.wasPlain;
      },
      handlePlainly: (request, id) => {
        const response = guest.handlePlainly(request, id);
        this.plain++;
        return response;
      },
      drop: () => {
        this.alive--;
        guest.drop();
      },
      restart: () => {
        const fresh = guest.restart?.();
        if (fresh === undefined) return undefined;
        this.made++;
        this.restarted++;
        this.alive++;
        return this.#watched(fresh);
      },
    };
  }

  #follow({ finished }: GuestRun): void {
    // After the lane's own reaction, so that a guest that is idle here is so there.
    const over = () => queueMicrotask(() => this.returned());
    finished.then(over, over);
  }

  returned(): void {
    this.serving--;
    if (this.serving > 0) return;
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}
