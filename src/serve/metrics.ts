/**
 * What is counted while a component is served, as Prometheus reads it.
 *
 * @module
 */

import { Counter, Gauge, Histogram, Registry } from "prom-client";
import type { Host } from "../assemble.ts";
import type { HostCallReport, Log } from "../log.ts";
import { storeNames } from "../assemble/store_names.ts";
import type { App } from "../runtime/app.ts";
import { type LaneInstances, NO_INSTANCES } from "../runtime/instances.ts";
import type { StoreNames } from "../runtime/lane_protocol.ts";
import { recordProcess } from "./process_metrics.ts";

/** Seconds; from what a small component takes to what a deadline allows. */
const REQUEST_BUCKETS = [
  ...[0.001, 0.0025, 0.005, 0.01, 0.025, 0.05],
  ...[0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
];

/** Seconds; a store in memory answers in microseconds, one far away in milliseconds. */
const CALL_BUCKETS = [
  ...[0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005],
  ...[0.01, 0.025, 0.05, 0.1, 0.5, 1, 5],
];

/** Methods with a line of their own: a client can send any word, and each costs memory. */
const METHODS: ReadonlySet<string> = new Set([
  ...["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"],
]);

/** A request that is over. */
export interface CountedRequest {
  readonly method: string;
  readonly status: number;
  /** Until the end of the answer's body. */
  readonly milliseconds: number;
  readonly bytes: number;
}

/** Counts. */
export class Metrics {
  readonly #registry = new Registry();
  readonly #requests = this.#counter(
    "wharf_http_requests_total",
    "Requests that are over, refused ones included",
    ["method", "status"],
  );
  readonly #durations = this.#histogram(
    "wharf_http_request_duration_seconds",
    "From a request's head to the end of its answer",
    { labelNames: ["status"], buckets: REQUEST_BUCKETS },
  );
  readonly #bytes = this.#counter(
    "wharf_http_response_bytes_total",
    "Bytes of answers' bodies",
  );
  readonly #refused = this.#counter(
    "wharf_http_refused_total",
    "Requests that never reached the component",
    ["reason"],
  );
  readonly #traps = this.#counter(
    "wharf_guest_traps_total",
    "Instances that ended by a fault",
    ["kind"],
  );
  readonly #changes = this.#counter(
    "wharf_changes_total",
    "Changes of watched buckets that the component took, or never did",
    ["outcome"],
  );
  readonly #calls = this.#counter(
    "wharf_keyvalue_calls_total",
    "Calls of components to buckets",
    ["store", "operation", "outcome"],
  );
  readonly #callDurations = this.#histogram(
    "wharf_keyvalue_call_duration_seconds",
    "How long a component waited for a bucket",
    { labelNames: ["store", "operation"], buckets: CALL_BUCKETS },
  );
  readonly #outgoing = this.#counter(
    "wharf_outgoing_requests_total",
    "Requests of components to other servers",
    ["outcome"],
  );
  readonly #outgoingDurations = this.#histogram(
    "wharf_outgoing_request_duration_seconds",
    "How long a component waited for the head of another server's answer",
    { labelNames: [], buckets: REQUEST_BUCKETS },
  );
  readonly #made = this.#counter(
    "wharf_instances_made_total",
    "Instances of the component that were made",
  );
  readonly #dropped = this.#counter(
    "wharf_instances_dropped_total",
    "Instances of the component that were made and are gone",
  );
  #app: App | undefined;
  #instances: LaneInstances = NO_INSTANCES;
  #names: StoreNames = { stores: new Map(), otherwise: "unknown" };

  /** @param inFlight How many requests have no end yet. */
  constructor(inFlight: () => number) {
    this.#gauge(
      "wharf_http_requests_in_flight",
      "Requests without an end yet",
      (gauge) => gauge.set(inFlight()),
    );
    recordProcess(this.#registry);
  }

  /** `text/plain; version=0.0.4` */
  get contentType(): string {
    return this.#registry.contentType;
  }

  /** All of it, as text. */
  async text(): Promise<string> {
    if (this.#app !== undefined) await this.#count(this.#app);
    return await this.#registry.metrics();
  }

  /** Takes from the log what is not told otherwise. */
  readonly log: Log = {
    emit: (event) => {
      switch (event.event) {
        case "guest-trap":
          return this.#traps.inc({ kind: event.kind ?? "unknown" });
        case "host-call":
          return this.#called(event.call);
        case "change":
          return this.#changes.inc({ outcome: "taken" });
        case "change-lost":
          return this.#changes.inc({ outcome: "lost" });
      }
    },
  };

  /** Counts what serves. Once. */
  follow({ buckets }: Host, app: App): void {
    this.#names = storeNames(buckets);
    this.#app = app;
    this.#gauge(
      "wharf_instances",
      "Instances of the component in each thread: made ahead, or serving",
      (gauge) => {
        gauge.reset();
        for (
          const [lane, { ready, busy }] of this.#instances.threads.entries()
        ) {
          gauge.set({ lane, state: "ready" }, ready);
          gauge.set({ lane, state: "busy" }, busy);
        }
      },
      ["lane", "state"],
    );
    this.#gauge(
      "wharf_lanes",
      "Threads that run the component now",
      (gauge) => gauge.set(app.usage().length),
    );
    this.#gauge(
      "wharf_lane_calls",
      "Requests and changes that each thread has under way",
      (gauge) => {
        gauge.reset();
        app.usage().forEach((calls, lane) => gauge.set({ lane }, calls));
      },
      ["lane"],
    );
  }

  /** A request is over. */
  answered({ method, status, milliseconds, bytes }: CountedRequest): void {
    const labels = { status: `${Math.floor(status / 100)}xx` };
    this.#requests.inc({
      method: METHODS.has(method) ? method : "other",
      ...labels,
    });
    this.#durations.observe(labels, milliseconds / 1000);
    this.#bytes.inc(bytes);
  }

  /** A request never reached the component. */
  refused(reason: string): void {
    this.#refused.inc({ reason });
  }

  /** Counters are told what came since they were told last: two may ask at once. */
  async #count(app: App): Promise<void> {
    const now = await app.instances();
    const made = Math.max(now.made, this.#instances.made);
    const dropped = Math.max(now.dropped, this.#instances.dropped);
    this.#made.inc(made - this.#instances.made);
    this.#dropped.inc(dropped - this.#instances.dropped);
    this.#instances = { threads: now.threads, made, dropped };
  }

  #called(call: HostCallReport): void {
    const { interface: name, target, duration, result, error } = call;
    if (name === "wasi:http/outgoing-handler") {
      const outcome = error === undefined && result !== undefined
        ? `${result.slice(0, 1)}xx`
        : "error";
      this.#outgoing.inc({ outcome });
      this.#outgoingDurations.observe(duration / 1000);
      return;
    }
    if (!name.startsWith("wasi:keyvalue/")) return;
    const store = this.#names.stores.get(target) ?? this.#names.otherwise;
    const labels = { store, operation: call.name };
    const outcome = error === undefined ? "ok" : "error";
    this.#calls.inc({ ...labels, outcome });
    this.#callDurations.observe(labels, duration / 1000);
  }

  #counter(
    name: string,
    help: string,
    labelNames: readonly string[] = [],
  ): Counter {
    return new Counter({
      name,
      help,
      labelNames,
      registers: [this.#registry],
    });
  }

  #histogram(
    name: string,
    help: string,
    { labelNames, buckets }: { labelNames: string[]; buckets: number[] },
  ): Histogram {
    return new Histogram({
      name,
      help,
      labelNames,
      buckets,
      registers: [this.#registry],
    });
  }

  #gauge(
    name: string,
    help: string,
    collect: (gauge: Gauge) => void,
    labelNames: readonly string[] = [],
  ): void {
    new Gauge({
      name,
      help,
      labelNames,
      registers: [this.#registry],
      collect() {
        collect(this);
      },
    });
  }
}
