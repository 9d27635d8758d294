import type { CallSpans } from "../runtime/host_interface.ts";
import type { StoreNames } from "../runtime/lane_protocol.ts";

/** What records calls in this thread; nothing is loaded where nobody asks for it. */
export async function openCallSpans(
  names: StoreNames | undefined,
): Promise<CallSpans | undefined> {
  if (names === undefined) return undefined;
  const { makeCallSpans } = await import("./call_spans.ts");
  return makeCallSpans(names);
}
