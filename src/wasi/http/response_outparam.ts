/**
 * `resource response-outparam` of `wasi:http/types@0.2`.
 *
 * @module
 */

import { WitError } from "../../runtime/host_interface.ts";
import type { ErrorCode } from "./error_code.ts";
import type { Exchange, ResponseResult } from "./exchange.ts";
import type { Fields } from "./fields.ts";

/** `resource response-outparam`: where a guest puts its response, once. */
export class ResponseOutparam {
  readonly #exchange: Exchange;

  constructor(exchange: Exchange) {
    this.#exchange = exchange;
  }

  /**
   * `set: static func(param: response-outparam, response: result<outgoing-response, error-code>)`
   */
  static set(param: ResponseOutparam, response: ResponseResult): void {
    param.#exchange.set(response);
  }

  /**
   * `send-informational: func(status: u16, headers: headers) -> result<_, error-code>`
   *
   * Unstable in the WIT. Deno's server sends no informational responses.
   */
  sendInformational(_status: number, _headers: Fields): void {
    throw new WitError<ErrorCode>({
      tag: "internal-error",
      val: "informational responses cannot be sent by Deno's server",
    });
  }

  [Symbol.dispose](): void {
    this.#exchange.dropOutparam();
  }
}
