/**
 * The access log of `serve`.
 *
 * @module
 */

import { printable } from "./printable.ts";

/** A line of the access log. Its fields stand beside `event`, where most readers look for them. */
export interface AccessEvent extends AccessReport {
  readonly event: "access";
}

/** One request whose answer is over. */
export interface AccessReport {
  readonly id: string;
  readonly method: string;
  /** Without the query, unless it is asked for. */
  readonly path: string;
  readonly status: number;
  /** Until the end of the answer's body. */
  readonly milliseconds: number;
  /** Of the answer's body, as far as it was sent. */
  readonly bytes: number;
  /** The address of whoever sent it: the client's, or a proxy's. */
  readonly client?: string;
  /** The W3C trace that it belongs to. */
  readonly trace?: string;
  /** Why the server answered in the component's place, in a word. */
  readonly refused?: string;
  /** Whether the answer broke off: the client left, or the component failed on the way. */
  readonly broken?: boolean;
}

/** What a line has behind what every line of a request has. */
export function formatAccess(
  { bytes, client, refused, broken }: AccessReport,
): string {
  return [
    `${bytes} bytes`,
    ...(client === undefined ? [] : [`to ${printable(client)}`]),
    ...(refused === undefined ? [] : [refused]),
    ...(broken ? ["broken off"] : []),
  ].join(", ");
}
