/**
 * What a bucket asks of Redis: one {@linkcode Kind} a question.
 *
 * @module
 */

import { type Failure, failureOfReply } from "./failure.ts";
import type { Argument, Kind } from "./rounds.ts";
import { INCREMENT, SET_FOR, SWAP } from "./scripts.ts";

/** Where a value is. */
export interface Place {
  readonly key: string;
  /** The key of its version. */
  readonly versionKey: string;
}

/** What was found at a place. */
export interface Found {
  readonly token: string;
  readonly value: Uint8Array<ArrayBuffer>;
}

/** A value for a place, by the write `token`. The value is ours. */
export interface Write extends Place {
  readonly value: Buffer;
  readonly token: string;
}

/** The value and its token at one moment; `undefined` for no value, which may be one that is no string. */
export const READ: Kind<Place, Found | undefined> = {
  merges: true,
  keyOf: ({ key }) => key,
  command: (places) => {
    const args = ["MGET"];
    for (const { key, versionKey } of places) args.push(versionKey, key);
    return args;
  },
  answers: (reply, places) => {
    const parts = listOf(reply);
    return places.map((_, index) =>
      foundOf(parts[index * 2], parts[index * 2 + 1])
    );
  },
};

/** Sets a value and its token, which is what makes the version a new one. */
export const WRITE: Kind<Write, void> = {
  merges: true,
  keyOf: ({ key }) => key,
  command: (writes) => {
    const args: Argument[] = ["MSET"];
    for (const { key, value, versionKey, token } of writes) {
      args.push(key, value, versionKey, token);
    }
    return args;
  },
  answers: (_, writes) => writes.map(() => undefined),
};

/** As {@linkcode WRITE}, for some milliseconds. */
export const WRITE_FOR: Kind<Write & { readonly ttl: number }, void> = {
  merges: false,
  keyOf: ({ key }) => key,
  command: (writes) =>
    writes.flatMap(({ key, versionKey, value, token, ttl }) => [
      "EVAL",
      SET_FOR,
      "2",
      ...[key, versionKey, value, token, String(ttl)],
    ]),
  answers: (_, writes) => writes.map(() => undefined),
};

/** Removes a value. Its token may stay: no later write has the same. */
export const REMOVE: Kind<string, void> = {
  merges: true,
  keyOf: (key) => key,
  command: (keys) => ["UNLINK", ...keys],
  answers: (_, keys) => keys.map(() => undefined),
};

/** Whether a key is there, whatever it holds; `undefined` if only some of those asked about are. */
export const IS_THERE: Kind<string, boolean | undefined> = {
  merges: true,
  keyOf: (key) => key,
  command: (keys) => ["EXISTS", ...keys],
  answers: (reply, keys) => {
    const count = Number(reply);
    const all = count === 0 ? false : count === keys.length ? true : undefined;
    return keys.map(() => all);
  },
};

/** Whether one key is there. */
export const IS_ONE_THERE: Kind<string, boolean> = {
  merges: false,
  keyOf: (key) => key,
  command: (keys) => ["EXISTS", ...keys],
  answers: (reply) => [Number(reply) === 1],
};

/** Milliseconds until a key is gone; negative if it stays, or is not there. */
export const TIME_LEFT: Kind<string, number> = {
  merges: false,
  command: (keys) => ["PTTL", ...keys],
  answers: (reply) => [Number(reply)],
};

/** Fails for what is no string; MGET would answer that there is nothing. */
export const CHECK_TYPE: Kind<string, void> = {
  merges: false,
  keyOf: (key) => key,
  command: (keys) => ["STRLEN", ...keys],
  answers: () => [undefined],
};

/** Adds to a counter that Redis can read; the sum in digits. */
export const ADD: Kind<
  Place & { readonly delta: bigint; readonly token: string },
  string
> = {
  merges: true,
  keyOf: ({ key }) => key,
  command: (additions) => {
    const args = ["EVAL", INCREMENT, String(additions.length * 2)];
    for (const { key, versionKey } of additions) args.push(key, versionKey);
    for (const { delta, token } of additions) args.push(String(delta), token);
    return args;
  },
  answers: (reply) => listOf(reply).map(sumOrFailure),
};

function sumOrFailure(part: unknown): string | Failure {
  const text = String(part);
  return text.startsWith("!") ? failureOfReply(text.slice(1)) : text;
}

/** A write that is done only if the place holds what is expected. */
export interface Exchange extends Write {
  readonly expected: Found | undefined;
  /** Milliseconds, what the key has now, or none. */
  readonly ttl: number | "keep" | "none";
}

/** Whether an exchange was done; else what is there instead. */
export type Exchanged =
  | { readonly done: true }
  | { readonly done: false; readonly found: Found | undefined };

/** Writes a value if nothing has changed. */
export const EXCHANGE: Kind<Exchange, Exchanged> = {
  merges: false,
  keyOf: ({ key }) => key,
  command: (exchanges) =>
    exchanges.flatMap((
      { key, versionKey, value, token, expected, ttl },
    ): Argument[] => [
      ...["EVAL", SWAP, "2", key, versionKey],
      ...[
        value,
        token,
        String(ttl),
        expected === undefined ? "0" : "1",
      ],
      ...(expected === undefined ? [] : [
        Buffer.from(expected.token, "latin1"),
        Buffer.from(expected.value.buffer),
      ]),
    ]),
  answers: (reply) => {
    const [done, token, value] = listOf(reply);
    return [
      String(done) === "1"
        ? { done: true }
        : { done: false, found: foundOf(token, value) },
    ];
  },
};

function listOf(reply: unknown): readonly unknown[] {
  return Array.isArray(reply) ? reply : [];
}

/** Copies the value: what ioredis gives is a window on all it has read. */
function foundOf(token: unknown, value: unknown): Found | undefined {
  if (!(value instanceof Uint8Array)) return undefined;
  return {
    token: token instanceof Buffer ? token.toString("latin1") : "",
    value: new Uint8Array(value),
  };
}
