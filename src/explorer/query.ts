/**
 * Queries of the API, read strictly: a parameter that is misspelt or said twice would be an
 * answer to another question.
 *
 * @module
 */

import { quote } from "../keyvalue/key_encoding.ts";
import type { JsonSchema } from "./json_schema.ts";
import { Refusal } from "./problem.ts";

/** A parameter of a route, in its query or in a header. */
export interface Parameter {
  readonly name: string;
  /** What it is, for the document. */
  readonly doc: string;
  readonly required?: true;
  readonly schema: JsonSchema;
}

/** The query of a call: what was given, checked. */
export class Query {
  readonly #given: ReadonlyMap<string, string>;

  private constructor(given: ReadonlyMap<string, string>) {
    this.#given = given;
  }

  /**
   * Reads a query by the parameters there are.
   *
   * @param search From the `?` on, if there is one.
   * @throws {Refusal} One is unknown, missing, twice or not as it should be.
   */
  static parse(search: string, parameters: readonly Parameter[]): Query {
    const given = new Map<string, string>();
    for (const pair of search.slice(1).split("&")) {
      if (pair === "") continue;
      const [name, value] = splitPair(pair);
      const parameter = parameters.find((each) => each.name === name);
      if (parameter === undefined) {
        const names = parameters.map((each) => each.name).join(", ");
        throw new Refusal(
          "bad-request",
          `Cannot read the query: there is no parameter ${quote(name)}; ` +
            `there ${names === "" ? "is none" : `are ${names}`}`,
        );
      }
      if (given.has(name)) {
        throw new Refusal(
          "bad-request",
          `Cannot read the query: "${name}" is there twice`,
        );
      }
      checkValue(parameter, value);
      given.set(name, value);
    }
    const missing = parameters.find(({ name, required }) =>
      required && !given.has(name)
    );
    if (missing !== undefined) {
      throw new Refusal(
        "bad-request",
        `Cannot read the query: "${missing.name}" is missing; it is ${missing.doc}`,
      );
    }
    return new Query(given);
  }

  /** A parameter that is required. */
  text(name: string): string {
    const value = this.#given.get(name);
    if (value === undefined) throw new TypeError(`"${name}" is not required`);
    return value;
  }

  /** A parameter that may be left out. */
  maybe(name: string): string | undefined {
    return this.#given.get(name);
  }

  /** A whole number that may be left out. */
  number(name: string): number | undefined {
    const value = this.#given.get(name);
    return value === undefined ? undefined : Number(value);
  }
}

function splitPair(pair: string): [name: string, value: string] {
  const at = pair.indexOf("=");
  const parts = at < 0 ? [pair, ""] : [pair.slice(0, at), pair.slice(at + 1)];
  try {
    // Strict, unlike `URLSearchParams`, which puts other characters for what is no UTF-8.
    const [name = "", value = ""] = parts.map((part) =>
      decodeURIComponent(part.replaceAll("+", " "))
    );
    return [name, value];
  } catch (cause) {
    if (!(cause instanceof URIError)) throw cause;
    throw new Refusal(
      "bad-request",
      `Cannot read the query: ${quote(pair)} is no UTF-8 in percent-encoding`,
      { cause },
    );
  }
}

function checkValue({ name, doc, schema }: Parameter, value: string): void {
  const { enum: choices, pattern, minimum, maximum } = schema;
  const isWrong = schema.type === "integer"
    ? !/^-?\d{1,15}$/.test(value) || Number(value) < (minimum ?? -Infinity) ||
      Number(value) > (maximum ?? Infinity)
    : choices !== undefined && !choices.includes(value) ||
      pattern !== undefined && !new RegExp(pattern, "u").test(value);
  if (!isWrong) return;
  throw new Refusal(
    "bad-request",
    `Cannot read the query: "${name}" is ${quote(value)}; it is ${doc}`,
  );
}
