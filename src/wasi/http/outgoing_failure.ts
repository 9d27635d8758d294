/**
 * Failures of `node:http` as `error-code` of `wasi:http/types@0.2`.
 *
 * @module
 */

import { type ErrorCode, HttpFailure } from "./error_code.ts";

/** What was under way when a connection failed. */
export type CallPhase = "request" | "response";

/** The failure of a call behind an error of `node:http`. */
export function failureFrom(error: unknown, phase: CallPhase): HttpFailure {
  if (error instanceof HttpFailure) return error;
  const message = error instanceof Error ? error.message : String(error);
  return new HttpFailure(errorCodeFrom(codeOf(error), phase), message, {
    cause: error,
  });
}

/** A failure that Wharf itself finds. */
export function failure(code: ErrorCode, message: string): HttpFailure {
  return new HttpFailure(code, message);
}

/** The code of an error, or of the first of several: one for each address that was tried. */
function codeOf(error: unknown): string {
  if (typeof error !== "object" || error === null) return "";
  const code: unknown = Reflect.get(error, "code");
  if (typeof code === "string") return code;
  return error instanceof AggregateError ? codeOf(error.errors[0]) : "";
}

const CODES: Readonly<Record<string, ErrorCode>> = {
  ECONNREFUSED: { tag: "connection-refused" },
  ETIMEDOUT: { tag: "connection-timeout" },
  EHOSTUNREACH: { tag: "destination-IP-unroutable" },
  ENETUNREACH: { tag: "destination-IP-unroutable" },
  EADDRNOTAVAIL: { tag: "destination-unavailable" },
  ENETDOWN: { tag: "destination-unavailable" },
  EMFILE: { tag: "connection-limit-reached" },
  ENFILE: { tag: "connection-limit-reached" },
  HPE_HEADER_OVERFLOW: {
    tag: "HTTP-response-header-section-size",
    val: undefined,
  },
  HPE_INVALID_EOF_STATE: { tag: "HTTP-response-incomplete" },
  HPE_INVALID_TRANSFER_ENCODING: {
    tag: "HTTP-response-transfer-coding",
    val: undefined,
  },
};

/** What X.509 checks answer; OpenSSL's names, which Node and Deno keep. */
const CERTIFICATE_CODE =
  /^(?:CERT_|CRL_|UNABLE_TO_|ERROR_IN_CERT_|DEPTH_ZERO_SELF_SIGNED_CERT$|SELF_SIGNED_CERT_IN_CHAIN$|INVALID_(?:CA|PURPOSE)$|HOSTNAME_MISMATCH$|PATH_LENGTH_EXCEEDED$|ERR_TLS_CERT_)/;

function errorCodeFrom(code: string, phase: CallPhase): ErrorCode {
  const known = Object.hasOwn(CODES, code) ? CODES[code] : undefined;
  if (known !== undefined) return known;
  if (code === "ECONNRESET" || code === "EPIPE" || code === "ECONNABORTED") {
    return {
      tag: phase === "request"
        ? "connection-terminated"
        : "HTTP-response-incomplete",
    };
  }
  if (code === "ENOTFOUND" || code.startsWith("EAI_")) {
    return { tag: "DNS-error", val: { rcode: code, infoCode: undefined } };
  }
  if (CERTIFICATE_CODE.test(code)) return { tag: "TLS-certificate-error" };
  const alert = /^ERR_SSL_(?:TLSV1_|SSLV3_)?ALERT_(.+)$/.exec(code) ??
    /^ERR_SSL_TLSV\d+_ALERT_(.+)$/.exec(code);
  if (alert !== null) {
    return {
      tag: "TLS-alert-received",
      val: {
        alertId: undefined,
        alertMessage: alert[1]!.toLowerCase().replaceAll("_", " "),
      },
    };
  }
  if (/^(?:ERR_SSL_|ERR_TLS_|EPROTO$)/.test(code)) {
    return { tag: "TLS-protocol-error" };
  }
  if (code.startsWith("HPE_")) return { tag: "HTTP-protocol-error" };
  return {
    tag: "internal-error",
    val: code === "" ? undefined : code,
  };
}
