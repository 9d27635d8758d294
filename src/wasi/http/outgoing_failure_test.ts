import assert from "node:assert/strict";
import { type ErrorCode, HttpFailure } from "./error_code.ts";
import { failureFrom } from "./outgoing_failure.ts";

/** An error as `node:http` makes it. */
function nodeError(code: string): Error {
  return Object.assign(new Error("anything"), { code });
}

Deno.test("failureFrom() goes by the error's code", () => {
  const rows: readonly (readonly [string, ErrorCode["tag"]])[] = [
    ["ECONNREFUSED", "connection-refused"],
    ["ECONNRESET", "connection-terminated"],
    ["EPIPE", "connection-terminated"],
    ["ETIMEDOUT", "connection-timeout"],
    ["EHOSTUNREACH", "destination-IP-unroutable"],
    ["ENETUNREACH", "destination-IP-unroutable"],
    ["EADDRNOTAVAIL", "destination-unavailable"],
    ["EMFILE", "connection-limit-reached"],
    ["ENOTFOUND", "DNS-error"],
    ["EAI_AGAIN", "DNS-error"],
    ["CERT_HAS_EXPIRED", "TLS-certificate-error"],
    ["DEPTH_ZERO_SELF_SIGNED_CERT", "TLS-certificate-error"],
    ["ERR_TLS_CERT_ALTNAME_INVALID", "TLS-certificate-error"],
    ["ERR_SSL_WRONG_VERSION_NUMBER", "TLS-protocol-error"],
    ["EPROTO", "TLS-protocol-error"],
    ["HPE_HEADER_OVERFLOW", "HTTP-response-header-section-size"],
    ["HPE_INVALID_CONSTANT", "HTTP-protocol-error"],
    ["ANYTHING_ELSE", "internal-error"],
    ["constructor", "internal-error"],
  ];
  for (const [code, tag] of rows) {
    assert.equal(failureFrom(nodeError(code), "request").code.tag, tag, code);
  }
  assert.equal(
    failureFrom(nodeError("ECONNRESET"), "response").code.tag,
    "HTTP-response-incomplete",
  );
});

Deno.test("failureFrom() tells of TLS alerts by their name", () => {
  for (
    const [code, alertMessage] of [
      ["ERR_SSL_TLSV1_ALERT_UNKNOWN_CA", "unknown ca"],
      ["ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE", "handshake failure"],
      ["ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED", "certificate required"],
    ] as const
  ) {
    assert.deepEqual(failureFrom(nodeError(code), "request").code, {
      tag: "TLS-alert-received",
      val: { alertId: undefined, alertMessage },
    });
  }
});

Deno.test("failureFrom() takes the first of several, and leaves a failure as it is", () => {
  const several = new AggregateError([
    nodeError("ECONNREFUSED"),
    nodeError("EPIPE"),
  ]);
  assert.equal(failureFrom(several, "request").code.tag, "connection-refused");
  const own = new HttpFailure({ tag: "DNS-timeout" }, "late");
  assert.equal(failureFrom(own, "request"), own);
});
