/**
 * `variant error-code` of `wasi:http/types@0.2`, and what can be told of it.
 *
 * @module
 */

/** Cases without a value that the host itself makes. */
type PlainErrorCode =
  | "DNS-timeout"
  | "destination-not-found"
  | "destination-unavailable"
  | "destination-IP-prohibited"
  | "destination-IP-unroutable"
  | "connection-refused"
  | "connection-terminated"
  | "connection-timeout"
  | "connection-read-timeout"
  | "connection-write-timeout"
  | "connection-limit-reached"
  | "TLS-protocol-error"
  | "TLS-certificate-error"
  | "HTTP-request-denied"
  | "HTTP-request-length-required"
  | "HTTP-request-method-invalid"
  | "HTTP-request-URI-invalid"
  | "HTTP-request-URI-too-long"
  | "HTTP-response-incomplete"
  | "HTTP-response-timeout"
  | "HTTP-upgrade-failed"
  | "HTTP-protocol-error"
  | "loop-detected"
  | "configuration-error";

/** Cases whose value the host only passes on, written as jco has them. */
type ErrorCodeWithValue =
  | "DNS-error"
  | "TLS-alert-received"
  | "HTTP-request-header-section-size"
  | "HTTP-request-header-size"
  | "HTTP-request-trailer-section-size"
  | "HTTP-request-trailer-size"
  | "HTTP-response-header-section-size"
  | "HTTP-response-header-size"
  | "HTTP-response-trailer-section-size"
  | "HTTP-response-trailer-size"
  | "HTTP-response-transfer-coding"
  | "HTTP-response-content-coding";

/** Why an HTTP exchange failed. */
export type ErrorCode =
  | { readonly tag: PlainErrorCode }
  | { readonly tag: ErrorCodeWithValue; readonly val: unknown }
  | {
    readonly tag: "HTTP-request-body-size" | "HTTP-response-body-size";
    readonly val: bigint | undefined;
  }
  | { readonly tag: "internal-error"; readonly val: string | undefined };

/** A failure of the host's side of an exchange, carried by `wasi:io/error.error`. */
export class HttpFailure extends Error {
  override readonly name = "HttpFailure";

  constructor(
    readonly code: ErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** One line for a person: `internal-error: out of soup`. */
export function errorCodeText(code: ErrorCode): string {
  if (!("val" in code) || code.val === undefined) return code.tag;
  if (typeof code.val === "object") {
    return `${code.tag}: ${JSON.stringify(code.val)}`;
  }
  return `${code.tag}: ${code.val}`;
}

const ERROR_CODE = `variant { ${
  [
    "DNS-timeout",
    "DNS-error(DNS-error-payload)",
    "destination-not-found",
    "destination-unavailable",
    "destination-IP-prohibited",
    "destination-IP-unroutable",
    "connection-refused",
    "connection-terminated",
    "connection-timeout",
    "connection-read-timeout",
    "connection-write-timeout",
    "connection-limit-reached",
    "TLS-protocol-error",
    "TLS-certificate-error",
    "TLS-alert-received(TLS-alert-received-payload)",
    "HTTP-request-denied",
    "HTTP-request-length-required",
    "HTTP-request-body-size(option<u64>)",
    "HTTP-request-method-invalid",
    "HTTP-request-URI-invalid",
    "HTTP-request-URI-too-long",
    "HTTP-request-header-section-size(option<u32>)",
    "HTTP-request-header-size(option<field-size-payload>)",
    "HTTP-request-trailer-section-size(option<u32>)",
    "HTTP-request-trailer-size(field-size-payload)",
    "HTTP-response-incomplete",
    "HTTP-response-header-section-size(option<u32>)",
    "HTTP-response-header-size(field-size-payload)",
    "HTTP-response-body-size(option<u64>)",
    "HTTP-response-trailer-section-size(option<u32>)",
    "HTTP-response-trailer-size(field-size-payload)",
    "HTTP-response-transfer-coding(option<string>)",
    "HTTP-response-content-coding(option<string>)",
    "HTTP-response-timeout",
    "HTTP-upgrade-failed",
    "HTTP-protocol-error",
    "loop-detected",
    "configuration-error",
    "internal-error(option<string>)",
  ].join(", ")
} }`;

/** Definitions of `variant error-code` and of the records in it. */
export const ERROR_CODE_TYPES = {
  "error-code": ERROR_CODE,
  "DNS-error-payload":
    "record { rcode: option<string>, info-code: option<u16> }",
  "TLS-alert-received-payload":
    "record { alert-id: option<u8>, alert-message: option<string> }",
  "field-size-payload":
    "record { field-name: option<string>, field-size: option<u32> }",
};
