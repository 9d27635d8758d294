/**
 * What comes before a request's body, read when it is asked for.
 *
 * @module
 */

import type { HttpRequest } from "../../runtime/http_message.ts";
import type { FieldEntry } from "./fields.ts";
import { guestLines } from "./header_lines.ts";
import { splitUrl, type UrlParts } from "./message.ts";

/** A request's method, target and header lines. */
export class RequestHead {
  readonly #request: HttpRequest;
  #url: UrlParts | undefined;
  #lines: FieldEntry[] | undefined;

  constructor(request: HttpRequest) {
    this.#request = request;
  }

  get method(): string {
    return this.#request.method;
  }

  get url(): UrlParts {
    return this.#url ??= splitUrl(this.#request.url);
  }

  get lines(): FieldEntry[] {
    return this.#lines ??= guestLines(this.#request.headers);
  }

  /** Sends an informational response; `undefined` where the connection has none. */
  get inform(): HttpRequest["inform"] {
    return this.#request.inform;
  }

  /**
   * Reads everything. Deno forgets a request when its response is sent, and a guest may look
   * at it after that.
   */
  keep(): void {
    void this.method;
    void this.url;
    void this.lines;
  }
}
