import assert from "node:assert/strict";
import { WitError } from "../../runtime/host_interface.ts";
import type { ErrorCode } from "./error_code.ts";
import {
  addressText,
  checkLocalAddress,
  checkRemoteAddress,
  type IpSocketAddress,
  isIpv4Mapped,
  parseAddress,
  socketAddress,
} from "./ip_address.ts";

const ADDRESSES: readonly [string, readonly number[]][] = [
  ["127.0.0.1", [127, 0, 0, 1]],
  ["::", [0, 0, 0, 0, 0, 0, 0, 0]],
  ["::1", [0, 0, 0, 0, 0, 0, 0, 1]],
  ["fe80::", [0xfe80, 0, 0, 0, 0, 0, 0, 0]],
  ["2001:db8::1:0:0:1", [0x2001, 0xdb8, 0, 0, 1, 0, 0, 1]],
  ["1:2:3:4:5:6:7:8", [1, 2, 3, 4, 5, 6, 7, 8]],
  ["::ffff:7f00:1", [0, 0, 0, 0, 0, 0xffff, 0x7f00, 1]],
];

for (const [text, val] of ADDRESSES) {
  Deno.test(`parseAddress() and addressText() agree about ${text}`, () => {
    const parsed = parseAddress(text);
    assert.ok(parsed);
    assert.deepEqual([...parsed.val], val);
    assert.equal(addressText(parsed), text);
  });
}

for (
  const [text, same] of [
    ["::ffff:127.0.0.1", "::ffff:7f00:1"],
    ["FE80::1%eth0", "fe80::1"],
    ["0:0:0:0:0:0:0:1", "::1"],
  ] as const
) {
  Deno.test(`parseAddress() reads ${text} as ${same}`, () => {
    assert.deepEqual(parseAddress(text), parseAddress(same));
  });
}

for (const text of ["", "localhost", "256.0.0.1", "1.2.3", "1:2", "::1]/x"]) {
  Deno.test(`parseAddress() takes "${text}" for no address`, () => {
    assert.equal(parseAddress(text), undefined);
  });
}

function at(address: string, port: number): IpSocketAddress {
  return socketAddress({ address, port });
}

function codeOf(act: () => void): ErrorCode | "ok" {
  try {
    act();
    return "ok";
  } catch (error) {
    assert.ok(error instanceof WitError);
    return error.payload;
  }
}

const REMOTE: readonly [IpSocketAddress, "ipv4" | "ipv6", string][] = [
  [at("10.0.0.1", 80), "ipv4", "ok"],
  [at("10.0.0.1", 80), "ipv6", "invalid-argument"],
  [at("10.0.0.1", 0), "ipv4", "invalid-argument"],
  [at("0.0.0.0", 80), "ipv4", "invalid-argument"],
  [at("224.0.0.1", 80), "ipv4", "invalid-argument"],
  [at("255.255.255.255", 80), "ipv4", "invalid-argument"],
  [at("::1", 80), "ipv6", "ok"],
  [at("::", 80), "ipv6", "invalid-argument"],
  [at("ff02::1", 80), "ipv6", "invalid-argument"],
  [at("::ffff:127.0.0.1", 80), "ipv6", "invalid-argument"],
];

for (const [address, family, expected] of REMOTE) {
  const { tag, val } = address;
  const text = addressText({ tag, val: val.address });
  Deno.test(`an ${family} socket that connects to ${text} port ${val.port} gets ${expected}`, () => {
    assert.equal(codeOf(() => checkRemoteAddress(address, family)), expected);
  });
}

Deno.test("a socket may be bound to any address and port 0", () => {
  checkLocalAddress(at("0.0.0.0", 0), "ipv4");
  checkLocalAddress(at("::", 0), "ipv6");
  assert.equal(
    codeOf(() => checkLocalAddress(at("ff02::1", 0), "ipv6")),
    "invalid-argument",
  );
});

Deno.test("an address with a scope is not supported", () => {
  const scoped: IpSocketAddress = {
    tag: "ipv6",
    val: {
      port: 80,
      flowInfo: 0,
      scopeId: 2,
      address: [0xfe80, 0, 0, 0, 0, 0, 0, 1],
    },
  };
  assert.equal(
    codeOf(() => checkRemoteAddress(scoped, "ipv6")),
    "not-supported",
  );
});

Deno.test("isIpv4Mapped() tells mapped addresses from others", () => {
  assert.ok(isIpv4Mapped(parseAddress("::ffff:1.2.3.4")!));
  assert.ok(!isIpv4Mapped(parseAddress("::1")!));
  assert.ok(!isIpv4Mapped(parseAddress("1.2.3.4")!));
});
