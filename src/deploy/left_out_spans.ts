import type { CallSpans } from "../runtime/host_interface.ts";

/** Stands in for what `serve` alone asks for, whose package a deployment does not carry. */
export function makeCallSpans(): CallSpans {
  throw new TypeError(
    "Cannot record spans: this deployment has no code for it",
  );
}
