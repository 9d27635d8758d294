import assert from "node:assert/strict";
import {
  type AddressKind,
  addressKind,
  normalAddress,
  normalHost,
} from "./ip_address.ts";

Deno.test("normalHost() has one spelling for each host", () => {
  const spellings: readonly (readonly [string, string | undefined])[] = [
    ["Example.COM", "example.com"],
    ["example.com.", "example.com"],
    ["bücher.example", "xn--bcher-kva.example"],
    ["127.1", "127.0.0.1"],
    ["2130706433", "127.0.0.1"],
    ["0x7f000001", "127.0.0.1"],
    ["0177.0.0.01", "127.0.0.1"],
    ["0x7f.0.1", "127.0.0.1"],
    ["１２７.0.0.1", "127.0.0.1"],
    ["[::1]", "::1"],
    ["::1", "::1"],
    ["0:0:0:0:0:0:0:1", "::1"],
    ["::ffff:127.0.0.1", "127.0.0.1"],
    ["[::FFFF:7f00:1]", "127.0.0.1"],
    ["256.1.1.1", undefined],
    ["1.2.3.4.5", undefined],
    ["example.com:80", undefined],
    ["user@example.com", undefined],
    ["example.com/path", undefined],
    ["exa mple.com", undefined],
    ["", undefined],
    [".", undefined],
    ["%zz", undefined],
  ];
  for (const [written, normal] of spellings) {
    assert.equal(normalHost(written), normal, written);
  }
});

Deno.test("normalAddress() takes addresses alone", () => {
  assert.equal(normalAddress("fe80::1%eth0"), "fe80::1");
  assert.equal(normalAddress("10.0.0.1"), "10.0.0.1");
  assert.equal(normalAddress("example.com"), undefined);
});

Deno.test("addressKind() knows what can be reached through each address", () => {
  const kinds: Record<AddressKind, readonly string[]> = {
    public: ["1.1.1.1", "172.32.0.1", "100.63.0.1", "2606:4700::1111"],
    loopback: [
      "127.0.0.1",
      "127.255.255.254",
      "::1",
      "::7f00:1",
      "64:ff9b::7f00:1",
      "2002:7f00:1::",
      "2001:0:1:2:3:4:80ff:fffe",
    ],
    private: [
      "10.1.2.3",
      "172.16.0.1",
      "172.31.255.255",
      "192.168.0.1",
      "100.64.0.1",
      "fc00::1",
      "fdff::1",
      "fec0::1",
      "64:ff9b::a00:1",
      "::ffff:0:a00:1",
    ],
    "link-local": ["169.254.1.1", "fe80::1", "febf::1"],
    metadata: [
      "169.254.169.254",
      "fd00:ec2::254",
      "100.100.100.200",
      "168.63.129.16",
      "64:ff9b::a9fe:a9fe",
    ],
    reserved: [
      "0.0.0.0",
      "0.1.2.3",
      "192.0.0.1",
      "192.0.2.1",
      "198.18.0.1",
      "198.51.100.1",
      "203.0.113.1",
      "224.0.0.1",
      "255.255.255.255",
      "::",
      "ff02::1",
      "2001:db8::1",
      "4000::1",
    ],
  };
  for (const [kind, addresses] of Object.entries(kinds)) {
    for (const address of addresses) {
      const normal = normalAddress(address);
      assert.ok(normal !== undefined, address);
      assert.equal(addressKind(normal), kind, address);
    }
  }
});
