/**
 * What the process takes of the machine, by the names that Prometheus's own clients use.
 *
 * @module
 */

import process from "node:process";
import { Counter, Gauge, type Registry } from "prom-client";
import project from "../../deno.json" with { type: "json" };

/** Has a registry tell of this process. */
export function recordProcess(registry: Registry): void {
  const registers = [registry];
  new Gauge({
    name: "process_resident_memory_bytes",
    help: "Memory that the process has",
    registers,
    collect() {
      this.set(Deno.memoryUsage().rss);
    },
  });
  new Gauge({
    name: "process_heap_bytes",
    help: "Memory of the server's own thread for JavaScript",
    registers,
    collect() {
      this.set(Deno.memoryUsage().heapUsed);
    },
  });
  new Counter({
    name: "process_cpu_seconds_total",
    help: "Time that processors have worked for the process",
    registers,
    collect() {
      const { user, system } = process.cpuUsage();
      this.reset();
      this.inc((user + system) / 1e6);
    },
  });
  new Gauge({
    name: "process_start_time_seconds",
    help: "When the process was started, since the epoch",
    registers,
  }).set(performance.timeOrigin / 1000);
  new Gauge({
    name: "wharf_build_info",
    help: "What runs; always 1",
    labelNames: ["version", "deno", "v8"],
    registers,
  }).set({
    version: project.version,
    deno: Deno.version.deno,
    v8: Deno.version.v8,
  }, 1);
}
