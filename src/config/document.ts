/**
 * A parsed configuration file, whatever its format: values with the place that each one
 * stands at. Entries keep their order and their duplicates, so that the check can name them.
 *
 * @module
 */

import type { ConfigIssue } from "./config_error.ts";
import type { Place } from "./place.ts";

/** A value of a document. */
export type DocumentNode = ScalarNode | ListNode | MapNode;

/** A value that is neither a list nor a map. */
export interface ScalarNode {
  readonly kind: "scalar";
  /** `null` where nothing is written; `undefined` for what only this format has, such as a date. */
  readonly value: string | number | boolean | null | undefined;
  /** What is written; it says what an `undefined` is. */
  readonly source: string;
  readonly place: Place;
}

/** A list. */
export interface ListNode {
  readonly kind: "list";
  readonly items: readonly DocumentNode[];
  readonly place: Place;
}

/** A map from keys to values. */
export interface MapNode {
  readonly kind: "map";
  readonly entries: readonly MapEntry[];
  readonly place: Place;
}

/** One key of a map and its value. */
export interface MapEntry {
  readonly key: string;
  readonly keyPlace: Place;
  readonly value: DocumentNode;
}

/** Where a reader's text stands. */
export interface DocumentSource {
  readonly text: string;
  /** The place of an offset of the text in UTF-16 units. */
  placeAt(offset: number): Place;
}

/** What a reader made of a text. With issues, the node may lack what they are about. */
export interface Reading {
  /** Absent where the text holds no value. */
  readonly root?: DocumentNode;
  readonly issues: readonly ConfigIssue[];
}

/** How deep maps and lists may stand in each other; the schema needs 8. */
export const MAX_DEPTH = 32;

/** How many values a document may have, each one counted as often as an alias repeats it. */
export const MAX_NODES = 20_000;

/** The issue of a document with more than {@linkcode MAX_NODES} values. */
export function tooManyNodes(place: Place): ConfigIssue {
  return { place, problem: `more than ${MAX_NODES} values` };
}

/** The issue of a document that goes deeper than {@linkcode MAX_DEPTH}. */
export function tooDeep(place: Place): ConfigIssue {
  return { place, problem: `nested deeper than ${MAX_DEPTH} levels` };
}

/** A source for a text in a file. */
export function fileSource(text: string, file: string): DocumentSource {
  const starts = lineStarts(text);
  return {
    text,
    placeAt(offset) {
      let low = 0;
      let high = starts.length;
      while (high - low > 1) {
        const middle = (low + high) >> 1;
        if ((starts[middle] ?? 0) <= offset) low = middle;
        else high = middle;
      }
      return {
        kind: "file",
        file,
        line: low + 1,
        column: offset - (starts[low] ?? 0) + 1,
      };
    },
  };
}

function lineStarts(text: string): readonly number[] {
  const starts = [0];
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) {
    starts.push(at + 1);
  }
  return starts;
}
