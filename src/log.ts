/**
 * What Wharf says: one event at a time, as a line for people or as a line of JSON.
 *
 * @module
 */

/** How much is said. Each level includes the ones behind it. */
export type LogLevel = "debug" | "info" | "warn" | "error";

/** Everything that Wharf reports while it runs. */
export type LogEvent =
  | { readonly event: "build-started"; readonly command: string }
  | { readonly event: "build-output"; readonly text: string }
  | { readonly event: "ready"; readonly report: ReadyReport }
  | { readonly event: "stopping"; readonly text: string }
  | { readonly event: "request"; readonly request: RequestReport }
  | {
    readonly event: "guest-output";
    readonly request: string | undefined;
    readonly stream: string;
    readonly text: string;
  }
  | {
    readonly event: "guest-log";
    readonly request: string | undefined;
    readonly level: string;
    readonly context: string;
    readonly text: string;
  }
  | {
    readonly event: "guest-trap";
    readonly request: string;
    readonly text: string;
  }
  | { readonly event: "warning"; readonly text: string }
  | { readonly event: "error"; readonly text: string };

/** What the banner shows. */
export interface ReadyReport {
  /** Where the server listens: `http://127.0.0.1:8000`. */
  readonly url: string;
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
  readonly location: string;
  readonly durable: boolean;
}

/** One request that was answered. */
export interface RequestReport {
  readonly id: string;
  readonly method: string;
  readonly path: string;
  readonly status: number;
  readonly milliseconds: number;
}

/** Takes events. */
export interface Log {
  emit(event: LogEvent): void;
}

/** Each event's level. */
const LEVELS: Readonly<Record<LogEvent["event"], LogLevel>> = {
  "build-started": "info",
  "build-output": "info",
  "ready": "error", // what was asked for is told at every level
  "stopping": "info",
  "request": "info",
  "guest-output": "warn",
  "guest-log": "warn",
  "guest-trap": "error",
  "warning": "warn",
  "error": "error",
};

const ORDER: readonly LogLevel[] = ["debug", "info", "warn", "error"];

/** Writes the events of a level and above. */
export function makeLog(
  format: (event: LogEvent) => string,
  level: LogLevel,
  write: (text: string) => void,
): Log {
  const least = ORDER.indexOf(level);
  return {
    emit(event) {
      if (ORDER.indexOf(LEVELS[event.event]) >= least) write(format(event));
    },
  };
}

/** One line of JSON. */
export function formatJson(event: LogEvent): string {
  return JSON.stringify({ time: new Date().toISOString(), ...event });
}

/** One line, or a banner, for a person. */
export function formatText(event: LogEvent): string {
  switch (event.event) {
    case "build-started":
      return `Building: ${event.command}`;
    case "build-output":
      return event.text;
    case "ready":
      return formatBanner(event.report);
    case "request":
      return formatRequest(event.request);
    case "guest-output":
      return `${requestTag(event.request)}${event.stream}: ${event.text}`;
    case "guest-log": {
      const context = event.context === "" ? "" : `${event.context}: `;
      return `${
        requestTag(event.request)
      }${event.level}: ${context}${event.text}`;
    }
    case "guest-trap":
      return `${requestTag(event.request)}${event.text}`;
    case "warning":
      return `Warning: ${event.text}`;
    case "error":
    case "stopping":
      return event.text;
  }
}

function requestTag(request: string | undefined): string {
  return request === undefined ? "" : `[${request}] `;
}

function formatRequest(request: RequestReport): string {
  const time = `${request.milliseconds.toFixed(1)} ms`;
  return `[${request.id}] ${request.method} ${request.path} ${request.status} (${time})`;
}

function formatBanner(report: ReadyReport): string {
  const rows = report.buckets.map(({ name, location, durable }) => [
    name ?? "any other name",
    location,
    durable ? "kept" : "lost when Wharf stops",
  ]);
  return [
    "",
    `Serving ${report.component}`,
    `Listening on ${report.url}`,
    "",
    ...table([["Bucket", "Stored in", "Data"], ...rows]),
    "",
    formatTimings(report.timings),
  ].join("\n");
}

function formatTimings(timings: ReadyReport["timings"]): string {
  const step = (name: string, time: number | undefined, skipped: string) =>
    time === undefined ? skipped : `${name} ${Math.round(time)} ms`;
  return "Ready: " + [
    step("build", timings.build, "no build"),
    step("transpile", timings.transpile, "transpiled before"),
    step("start", timings.start, ""),
  ].join(", ");
}

function table(rows: readonly (readonly string[])[]): string[] {
  const widths = rows[0]!.map((_, column) =>
    Math.max(...rows.map((row) => row[column]!.length))
  );
  return rows.map((row) =>
    "  " +
    row.map((cell, column) => cell.padEnd(widths[column]!)).join("  ").trimEnd()
  );
}
