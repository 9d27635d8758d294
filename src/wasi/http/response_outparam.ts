/**
 * `resource response-outparam` of `wasi:http/types@0.2`.
 *
 * @module
 */

import { WitError } from "../../runtime/host_interface.ts";
import { type ErrorCode, HttpFailure } from "./error_code.ts";
import type { Fields } from "./fields.ts";
import type { GuestExchange, ResponseResult } from "./guest_exchange.ts";

/** `resource response-outparam`: where a guest puts its response, once. */
export class ResponseOutparam {
  readonly #exchange: GuestExchange;

  constructor(exchange: GuestExchange) {
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
   * Unstable in the WIT. Deno's own server sends no informational responses.
   */
  sendInformational(status: number, headers: Fields): void {
    try {
      this.#exchange.inform(status, headers);
    } catch (error) {
      if (!(error instanceof HttpFailure)) throw error;
      throw new WitError<ErrorCode>(error.code);
    }
  }

  [Symbol.dispose](): void {
    this.#exchange.dropOutparam();
  }
}
