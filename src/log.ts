/**
 * What Wharf says: one event at a time, as a line for people or as a line of JSON.
 *
 * {@linkcode LogEvent} is the reference of `--format json`: each line is an object with
 * `time` (ISO 8601), `event` and the fields that stand here.
 *
 * @module
 */

import { type AccessEvent, formatAccess } from "./log/access_event.ts";
import { formatBanner } from "./log/banner.ts";
import {
  formatLoopEvent,
  LOOP_LEVELS,
  type LoopEvent,
} from "./log/loop_events.ts";
import {
  indented,
  linesOf,
  printable,
  printableJson,
} from "./log/printable.ts";

export type { AccessEvent, AccessReport } from "./log/access_event.ts";
export { formatBuckets } from "./log/banner.ts";
export {
  changedFiles,
  type LoopEvent,
  type SwapSteps,
} from "./log/loop_events.ts";
export { printable, printableJson, printableLines } from "./log/printable.ts";

/** How much is said. Each level includes the ones behind it. */
export type LogLevel = "debug" | "info" | "warn" | "error";

/** Everything that Wharf reports while it runs. */
export type LogEvent =
  /** The build command was started. */
  | { readonly event: "build-started"; readonly command: string }
  /** A line of the build command, of its stdout or its stderr. */
  | { readonly event: "build-output"; readonly text: string }
  /** A request came before there is a component to answer it. */
  | {
    readonly event: "waiting";
    readonly method: string;
    readonly path: string;
  }
  /** What happens when files of the project change. */
  | LoopEvent
  /** The component answers requests. */
  | { readonly event: "ready"; readonly report: ReadyReport }
  /** There is nothing to serve, and Wharf ends; in text the message stands on stderr. */
  | {
    readonly event: "failed";
    readonly text: string;
    /** What the build command wrote; absent where it did not run. */
    readonly output?: string;
  }
  /** Wharf was told to stop. */
  | { readonly event: "stopping"; readonly text: string }
  /** A request was answered. */
  | { readonly event: "request"; readonly request: RequestReport }
  /** An answer of `serve` is over: the access log. */
  | AccessEvent
  /** A request was answered by the server itself: it broke a limit, or cannot be served. */
  | {
    readonly event: "refused";
    readonly method: string;
    readonly path: string;
    readonly status: number;
    readonly text: string;
  }
  /** A line that a guest wrote to stdout or stderr. */
  | {
    readonly event: "guest-output";
    /** The request or change it was serving; absent where it served none. */
    readonly request: string | undefined;
    readonly stream: string;
    readonly text: string;
  }
  /** A message of a guest by `wasi:logging`. */
  | {
    readonly event: "guest-log";
    /** The request or change it was serving; absent where it served none. */
    readonly request: string | undefined;
    readonly level: string;
    readonly context: string;
    readonly text: string;
  }
  /** A guest's call to a bucket or to another server has ended. */
  | {
    readonly event: "host-call";
    /** The request or change it was serving, if any. */
    readonly request: string | undefined;
    readonly call: HostCallReport;
  }
  /** A component was told of a change in a watched bucket. */
  | { readonly event: "change"; readonly change: ChangeReport }
  /** A change that the component will not be told of again. */
  | {
    readonly event: "change-lost";
    readonly change: Omit<ChangeReport, "milliseconds">;
    /** Why the last call failed, with the guest's frames. */
    readonly text: string;
  }
  /** A guest did not answer its request, or take its change, as it should. */
  | {
    readonly event: "guest-trap";
    readonly request: string;
    readonly text: string;
    /** How it failed: `deadline`, `memory`, … */
    readonly kind?: string;
    /** Its stack, innermost first, with lines of source; where faults are shown. */
    readonly frames?: readonly Readonly<{ text: string; place?: string }>[];
  }
  /** What a person should hear of although all goes on. */
  | { readonly event: "warning"; readonly text: string }
  /** A fault of Wharf in one request. */
  | { readonly event: "error"; readonly text: string };

/** What the banner shows. */
export interface ReadyReport {
  /** Where a client on this machine finds the server: `http://127.0.0.1:8000`. */
  readonly url: string;
  /** Where a person opens the explorer; absent where there is none. */
  readonly explorer?: string;
  /** Where health and metrics are; absent where they are not. */
  readonly admin?: string;
  /** Whether it listens on every address of the machine, so that others reach it too. */
  readonly everyAddress: boolean;
  readonly component: string;
  readonly buckets: readonly BucketReport[];
  /** Milliseconds of each step; a step that was skipped is absent. */
  readonly timings: {
    readonly build?: number;
    readonly transpile?: number;
    readonly start: number;
  };
}

/** One line of the banner's table of buckets. */
export interface BucketReport {
  /** The name guests open; `undefined` for all that have no line of their own. */
  readonly name: string | undefined;
  /** Where it is kept; holds no password. */
  readonly location: string;
  /** Its name there, where that is another one. */
  readonly bucket?: string;
  /** Whether the data is there after a restart. */
  readonly durable: boolean;
  /** Whether guests may only read it; absent where they may write. */
  readonly readOnly?: boolean;
  /** Whether it is known that it cannot be opened; a warning says why. */
  readonly unavailable: boolean;
  /** Whether its store has not answered yet; absent where it has. */
  readonly untried?: boolean;
}

/** One request that was answered. */
export interface RequestReport {
  readonly id: string;
  readonly method: string;
  readonly path: string;
  readonly status: number;
  /** Until the response's head was there. */
  readonly milliseconds: number;
  /** The W3C trace that its client says it belongs to; absent where it says none. */
  readonly trace?: string;
}

/** One call of a guest that left the instance: to a bucket, or to another server. */
export interface HostCallReport {
  /** `wasi:keyvalue/store`, `wasi:http/outgoing-handler`: the interface that was called. */
  readonly interface: string;
  /** What it did, by its WIT name without the resource: `get`, `increment`, `handle`. */
  readonly name: string;
  /** What it was done to: the bucket as the guest names it, or the authority of the server. */
  readonly target: string;
  /** The key, or how many keys; method and path of an outgoing request. Cut, where it is long. */
  readonly subject?: string;
  /** When it began: milliseconds since the epoch, with fractions, the same clock in all threads. */
  readonly at: number;
  /** Milliseconds until its result was there: of an outgoing request, the response's head. */
  readonly duration: number;
  /** How it ended: the status of a response, what else there is to tell in a word. */
  readonly result?: string;
  /** Why it failed, as the guest was told; absent where it did not. */
  readonly error?: string;
}

/** One change in a watched bucket. */
export interface ChangeReport {
  readonly id: string;
  /** The name guests open the bucket by. */
  readonly bucket: string;
  readonly kind: "set" | "delete";
  readonly key: string;
  /** How often the component was called for it. */
  readonly calls: number;
  /** Until the call that it took it in returned. */
  readonly milliseconds: number;
}

/** Takes events. */
export interface Log {
  emit(event: LogEvent): void;
}

/** A log that a person turns up or down while it runs. */
export interface LeveledLog extends Log {
  /** Holds for every event from now on. */
  level: LogLevel;
}

/** Each event's level. */
const LEVELS: Readonly<Record<LogEvent["event"], LogLevel>> = {
  "build-started": "info",
  "build-output": "info",
  "waiting": "debug",
  ...LOOP_LEVELS,
  "ready": "error", // what was asked for is told at every level
  "failed": "error",
  "stopping": "info",
  "request": "info",
  "access": "info",
  "refused": "info",
  "change": "info",
  "change-lost": "error",
  "host-call": "debug",
  "guest-output": "warn",
  "guest-log": "warn",
  "guest-trap": "error",
  "warning": "warn",
  "error": "error",
};

/** Every level, from the one that says the most. */
export const LOG_LEVELS: readonly LogLevel[] = [
  "debug",
  "info",
  "warn",
  "error",
];

/** By how much each level tells. */
const RANKS: Readonly<Record<LogLevel, number>> = {
  "debug": 0,
  "info": 1,
  "warn": 2,
  "error": 3,
};

/** Whether an event is told at a level. */
export function isTold(event: LogEvent["event"], level: LogLevel): boolean {
  return RANKS[LEVELS[event]] >= RANKS[level];
}

/** Writes the events of a level and above; the level can be changed at any time. */
export function makeLog(
  format: (event: LogEvent) => string,
  level: LogLevel,
  write: (text: string) => void,
): LeveledLog {
  const log: LeveledLog = {
    level,
    emit(event) {
      if (isTold(event.event, log.level)) write(format(event));
    },
  };
  return log;
}

/** Tells of a fault of Wharf that nobody is left to catch. */
export function logFault(log: Log, error: unknown): void {
  const text = error instanceof Error
    ? error.stack ?? error.message
    : String(error);
  log.emit({ event: "error", text });
}

/** One line of JSON. */
export function formatJson(event: LogEvent): string {
  return printableJson({ time: new Date().toISOString(), ...event });
}

/** One line, or a banner, for a person. */
export function formatText(event: LogEvent): string {
  switch (event.event) {
    case "build-started":
      return `Building: ${printable(event.command)}`;
    case "build-output":
      // The developer's own tool may colour what it says.
      return event.text;
    case "waiting":
      return `${printable(event.method)} ${
        printable(event.path)
      } waits for the component`;
    case "ready":
      return formatBanner(event.report);
    case "request":
      return formatRequest(event.request);
    case "access":
      return `${formatRequest(event)} ${formatAccess(event)}`;
    case "refused": {
      const { method, path, status, text } = event;
      return `${printable(method)} ${printable(path)} ${status}: ${
        printable(text)
      }`;
    }
    case "host-call":
      return formatCall(event.request, event.call);
    case "change": {
      const { milliseconds } = event.change;
      return `${formatChange(event.change)} (${milliseconds.toFixed(1)} ms)`;
    }
    case "change-lost":
      return `${formatChange(event.change)}, lost: ${indented(event.text)}`;
    case "guest-output":
      return tagged(`${tag(event.request)}${event.stream}: `, event.text);
    case "guest-log": {
      const context = event.context === ""
        ? ""
        : `${printable(event.context)}: `;
      return tagged(
        `${tag(event.request)}${event.level}: ${context}`,
        event.text,
      );
    }
    case "guest-trap":
      return tagged(tag(event.request), event.text);
    case "warning":
      return `Warning: ${indented(event.text)}`;
    case "swapped":
    case "build-failed":
    case "reconfigured":
      return formatLoopEvent(event);
    case "failed":
    case "error":
    case "stopping":
      return indented(event.text);
  }
}

/** Every line under the same tag, so that none can pass for another's. */
function tagged(prefix: string, text: string): string {
  return linesOf(text).map((line) => prefix + printable(line)).join("\n");
}

function tag(request: string | undefined): string {
  return request === undefined ? "" : `[${request}] `;
}

function formatRequest(request: RequestReport): string {
  const { id, method, path, status, milliseconds, trace } = request;
  const traced = trace === undefined ? "" : ` trace ${trace}`;
  return `[${id}] ${printable(method)} ${printable(path)} ${status} (${
    milliseconds.toFixed(1)
  } ms)${traced}`;
}

function formatCall(request: string | undefined, call: HostCallReport): string {
  const { name, target, subject, duration, result, error } = call;
  const what = [name, JSON.stringify(target), subject, result]
    .filter((part) => part !== undefined).join(" ");
  const failed = error === undefined ? "" : `: ${printable(error)}`;
  return `${tag(request)}${printable(call.interface)} ${printable(what)} (${
    duration.toFixed(1)
  } ms)${failed}`;
}

/** A key is any text: it stands in quotes. */
function formatChange(change: Omit<ChangeReport, "milliseconds">): string {
  const { id, kind, bucket, key, calls } = change;
  const told = calls === 1 ? "" : `, told ${calls} times`;
  const what = `${kind} ${JSON.stringify(key)} in ${JSON.stringify(bucket)}`;
  return `${tag(id)}${printable(what)}${told}`;
}
