import type { HttpRequest } from "../runtime/http_message.ts";
import { Refusal } from "./problem.ts";

/** A request's head, read once. */
export class RequestHead {
  readonly method: string;
  /** As the client asked for it, its path without `..`. */
  readonly url: URL;
  readonly #lines = new Map<string, string[]>();

  /** @throws {Refusal} Its address is no URL. */
  constructor({ method, url, headers }: HttpRequest) {
    const parsed = URL.parse(url);
    if (parsed === null) {
      throw new Refusal("bad-request", "Cannot answer: the address is no URL");
    }
    this.method = method;
    this.url = parsed;
    for (const [name, value] of headers) {
      const lower = name.toLowerCase();
      const lines = this.#lines.get(lower);
      if (lines === undefined) this.#lines.set(lower, [value]);
      else lines.push(value);
    }
  }

  /** The values of every line of that name; the name in lower case. */
  lines(name: string): readonly string[] {
    return this.#lines.get(name) ?? [];
  }

  /** The value of a header, several lines joined as RFC 9110, 5.3 has it; `undefined` where there is none. */
  line(name: string): string | undefined {
    return this.#lines.get(name)?.join(", ");
  }
}
