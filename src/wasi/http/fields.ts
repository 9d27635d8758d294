/**
 * `resource fields` of `wasi:http/types@0.2`: a list of header or trailer lines, repeats and
 * their order kept, values as bytes.
 *
 * @module
 */

import { WitError } from "../../runtime/host_interface.ts";

/** `variant header-error { invalid-syntax, forbidden, immutable }` */
export interface HeaderError {
  readonly tag: "invalid-syntax" | "forbidden" | "immutable";
}

/** One line: the name as it was written, and the value. */
export type FieldEntry = readonly [name: string, value: Uint8Array];

/** RFC 9110, 5.6.2: what a name consists of. */
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;

/**
 * Lines that belong to one connection, not to the message, and that the server writes itself.
 * A guest neither sees nor sets them.
 */
const FORBIDDEN: ReadonlySet<string> = new Set([
  "connection",
  "host",
  "http2-settings",
  "keep-alive",
  "proxy-authenticate",
  "proxy-authorization",
  "proxy-connection",
  "transfer-encoding",
  "upgrade",
]);

/** Whether guests may neither see nor set a line of that name. */
export function isForbidden(name: string): boolean {
  return FORBIDDEN.has(name.toLowerCase());
}

/** `resource fields` */
export class Fields {
  #entries: FieldEntry[] = [];
  #immutable = false;

  /** Lines that the host vouches for. They cannot be changed by the guest. */
  static received(entries: FieldEntry[]): Fields {
    const fields = new Fields();
    fields.#entries = entries;
    fields.#immutable = true;
    return fields;
  }

  /** `from-list: static func(entries: list<tuple<field-name, field-value>>) -> result<fields, header-error>` */
  static fromList(entries: readonly FieldEntry[]): Fields {
    const fields = new Fields();
    for (const [name, value] of entries) fields.append(name, value);
    return fields;
  }

  /** `get: func(name: field-name) -> list<field-value>` */
  get(name: string): Uint8Array[] {
    const lower = name.toLowerCase();
    const values: Uint8Array[] = [];
    for (const [entryName, value] of this.#entries) {
      // Most names are told apart by their length.
      if (entryName.length !== lower.length) continue;
      if (entryName.toLowerCase() === lower) values.push(value);
    }
    return values;
  }

  /** `has: func(name: field-name) -> bool` */
  has(name: string): boolean {
    const lower = name.toLowerCase();
    return this.#entries.some(([entryName]) =>
      entryName.toLowerCase() === lower
    );
  }

  /** `set: func(name: field-name, value: list<field-value>) -> result<_, header-error>` */
  set(name: string, values: readonly Uint8Array[]): void {
    this.#check(name, values);
    this.#remove(name);
    for (const value of values) this.#entries.push([name, value]);
  }

  /** `delete: func(name: field-name) -> result<_, header-error>` */
  delete(name: string): void {
    this.#check(name, []);
    this.#remove(name);
  }

  /** `append: func(name: field-name, value: field-value) -> result<_, header-error>` */
  append(name: string, value: Uint8Array): void {
    this.#check(name, [value]);
    this.#entries.push([name, value]);
  }

  /** `entries: func() -> list<tuple<field-name, field-value>>` */
  entries(): FieldEntry[] {
    return this.#entries;
  }

  /** `clone: func() -> fields`; the copy can be changed. */
  clone(): Fields {
    const fields = new Fields();
    fields.#entries = [...this.#entries];
    return fields;
  }

  /** No change from now on: what holds the fields has been given away. */
  freeze(): this {
    this.#immutable = true;
    return this;
  }

  #check(name: string, values: readonly Uint8Array[]): void {
    if (this.#immutable) throw headerError("immutable");
    if (!TOKEN.test(name)) throw headerError("invalid-syntax");
    if (isForbidden(name)) throw headerError("forbidden");
    if (!values.every(isFieldValue)) throw headerError("invalid-syntax");
  }

  #remove(name: string): void {
    const lower = name.toLowerCase();
    this.#entries = this.#entries.filter(([entryName]) =>
      entryName.toLowerCase() !== lower
    );
  }
}

function headerError(tag: HeaderError["tag"]): WitError<HeaderError> {
  return new WitError({ tag });
}

/**
 * RFC 9110, 5.5: visible characters, spaces, tabs and bytes from 0x80 on. A line break from
 * a guest would split the response in two.
 */
function isFieldValue(value: Uint8Array): boolean {
  return value.every((byte) =>
    byte === 0x09 || (byte >= 0x20 && byte !== 0x7f)
  );
}
