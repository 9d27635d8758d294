/** In which forms the bytes of a body can be shown, and which says most. */

import { prettyJson, textOf } from "../buckets/value_kind.ts";

/** A way to show bytes. */
export type BodyForm = "json" | "text" | "hex";

/** What can be shown of a body. */
export interface BodyForms {
  /** The first is the best; hex is always there. */
  readonly forms: readonly BodyForm[];
  /** The text, where the bytes are some. */
  readonly text?: string;
  /** The same as JSON with line breaks, where it is whole JSON. */
  readonly json?: string;
}

/**
 * Looks at the bytes themselves: what a client says they are is only what it says.
 *
 * @param whole Whether no bytes are missing behind these.
 */
export function formsOf(bytes: Uint8Array, whole: boolean): BodyForms {
  const text = textOf(bytes, whole);
  if (text === undefined || text.includes("\0")) return { forms: ["hex"] };
  const json = whole ? prettyJson(text) : undefined;
  return json === undefined
    ? { forms: ["text", "hex"], text }
    : { forms: ["json", "text", "hex"], text, json };
}
