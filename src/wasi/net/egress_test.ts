import assert from "node:assert/strict";
import {
  type AddressTarget,
  type EgressOptions,
  type HostPattern,
  makeEgressPolicy,
  type Verdict,
} from "./egress.ts";

const NOTHING: EgressOptions = { hosts: [], lookups: [], loopback: [] };
const STAR: HostPattern = { host: "*" };

function remedyOf(verdict: Verdict): string {
  return verdict.allowed ? "allowed" : verdict.remedy;
}

function http(hosts: readonly HostPattern[], url: string): string {
  const policy = makeEgressPolicy({ ...NOTHING, hosts });
  const { protocol, hostname, port } = new URL(url);
  const scheme = protocol === "https:" ? "https" : "http";
  const number = port === "" ? (scheme === "https" ? 443 : 80) : Number(port);
  return remedyOf(policy.http({ scheme, host: hostname, port: number }));
}

function address(
  options: Partial<EgressOptions>,
  target: Partial<AddressTarget> & { address: string },
): string {
  return remedyOf(
    makeEgressPolicy({ ...NOTHING, ...options })
      .address({ port: 80, protocol: "tcp", ...target }),
  );
}

Deno.test("http() allows what a pattern covers", () => {
  const rows: readonly (readonly [HostPattern, string])[] = [
    [STAR, "https://example.com"],
    [STAR, "http://1.1.1.1:8080"],
    [{ host: "example.com" }, "http://example.com"],
    [{ host: "example.com" }, "https://EXAMPLE.com:8443"],
    [{ host: "example.com", port: 8443 }, "https://example.com:8443"],
    [{ scheme: "https", host: "example.com" }, "https://example.com"],
    [
      { scheme: "http", host: "example.com", port: 81 },
      "http://example.com:81",
    ],
    [{ host: "example.com", below: true }, "https://a.b.example.com"],
    [{ host: "10.0.0.1" }, "http://10.0.0.1"],
    [{ host: "10.0.0.1" }, "http://167772161"],
    [{ host: "::1", port: 80 }, "http://[::1]"],
  ];
  for (const [pattern, url] of rows) {
    assert.equal(http([pattern], url), "allowed", url);
  }
});

Deno.test("http() names the line for what no pattern covers", () => {
  const rows: readonly (readonly [HostPattern | undefined, string, string])[] =
    [
      [undefined, "https://example.com", "https://example.com"],
      [undefined, "http://example.com:81", "http://example.com:81"],
      [undefined, "http://127.0.0.1:81", "http://127.0.0.1:81"],
      [undefined, "http://[fe80::1]", "http://[fe80::1]"],
      [
        { host: "example.com", port: 80 },
        "http://example.com:81",
        "http://example.com:81",
      ],
      [
        { scheme: "https", host: "example.com" },
        "http://example.com",
        "http://example.com",
      ],
      [
        { scheme: "https", host: "example.com" },
        "https://example.com:444",
        "https://example.com:444",
      ],
      [
        { host: "example.com", below: true },
        "https://example.com",
        "https://example.com",
      ],
      [
        { host: "example.com", below: true },
        "https://notexample.com",
        "https://notexample.com",
      ],
      [
        { host: "example.com" },
        "https://a.example.com",
        "https://a.example.com",
      ],
      [{ host: "0.0.1", below: true }, "http://10.0.0.1", "http://10.0.0.1"],
      [STAR, "http://169.254.169.254", "http://169.254.169.254"],
      [STAR, "http://[::ffff:a9fe:a9fe]", "http://169.254.169.254"],
      [STAR, "http://0x7f.1:8080", "http://127.0.0.1:8080"],
      [STAR, "http://192.168.0.1", "http://192.168.0.1"],
    ];
  for (const [pattern, url, entry] of rows) {
    assert.equal(
      http(pattern === undefined ? [] : [pattern], url),
      `workload.allowedHosts: ["${entry}"]`,
      url,
    );
  }
});

Deno.test("every remedy allows what it was given for", () => {
  for (const host of ["example.com", "127.0.0.1", "::1", "10.0.0.1"]) {
    for (const scheme of ["http", "https"] as const) {
      for (const port of [80, 443, 8080]) {
        const target = { scheme, host, port };
        const verdict = makeEgressPolicy(NOTHING).http(target);
        assert.ok(!verdict.allowed);
        const [entry] = JSON.parse(verdict.remedy.replace(/^.*?: /, ""));
        const url = new URL(entry);
        const named = url.hostname.replace(/[[\]]/g, "");
        const hosts: HostPattern[] = [{
          scheme,
          host: named,
          ...(url.port === "" ? {} : { port: Number(url.port) }),
        }];
        const policy = makeEgressPolicy({ ...NOTHING, hosts });
        assert.deepEqual(policy.http(target), { allowed: true }, entry);
      }
    }
  }
});

Deno.test("http() and address() let loopback through where it is open", () => {
  const any = makeEgressPolicy({ ...NOTHING, loopback: "any" });
  const some = makeEgressPolicy({
    ...NOTHING,
    loopback: [{ port: 5432, protocol: "tcp" }, { port: 53, protocol: "udp" }],
  });
  for (const host of ["127.0.0.1", "localhost", "app.localhost", "[::1]"]) {
    const target = { scheme: "http", host, port: 5432 } as const;
    assert.ok(any.http(target).allowed, host);
    assert.ok(some.http(target).allowed, host);
    assert.ok(!some.http({ ...target, port: 53 }).allowed, host);
  }
  const loopback = {
    address: "127.0.0.1",
    protocol: "tcp",
    port: 5432,
  } as const;
  assert.ok(any.address(loopback).allowed);
  assert.ok(some.address({ ...loopback, name: "localhost" }).allowed);
  assert.ok(some.address({ ...loopback, protocol: "udp", port: 53 }).allowed);
  assert.equal(
    remedyOf(some.address({ ...loopback, port: 53 })),
    'workload.allowedHostLoopbackPorts: ["53"]',
  );
  assert.equal(
    remedyOf(some.address({ ...loopback, protocol: "udp" })),
    'workload.allowedHostLoopbackPorts: ["5432/udp"]',
  );
});

Deno.test("address() refuses an inner address behind a public name", () => {
  const hosts = [STAR, { host: "rebound.example" }];
  for (
    const inner of [
      "127.0.0.1",
      "::1",
      "10.0.0.1",
      "169.254.169.254",
      "fe80::1",
      "::ffff:10.0.0.1",
      "64:ff9b::a00:1",
      "0.0.0.0",
    ]
  ) {
    const name = "rebound.example";
    const verdict = address({ hosts, loopback: "any" }, {
      address: inner,
      name,
    });
    assert.match(verdict, /^workload\.allowedHosts: /, inner);
  }
  assert.equal(
    address({ hosts }, { address: "1.1.1.1", name: "a.example" }),
    "allowed",
  );
});

Deno.test("address() allows an inner address that is listed, or behind a listed name of the network", () => {
  const name = "db.example";
  const listed = [STAR, { host: "10.0.0.1", port: 80 }];
  assert.equal(
    address({ hosts: listed }, { address: "10.0.0.1", name }),
    "allowed",
  );
  assert.equal(
    address({ hosts: listed }, { address: "::ffff:a00:1", name }),
    "allowed",
  );
  assert.notEqual(
    address({ hosts: listed }, { address: "10.0.0.1", name, port: 81 }),
    "allowed",
  );
  const named: HostPattern[] = [{ host: "db" }, {
    host: "svc.internal",
    below: true,
  }];
  for (const name of ["db", "pg.svc.internal"]) {
    assert.equal(
      address({ hosts: named }, { address: "10.0.0.1", name }),
      "allowed",
      name,
    );
    assert.notEqual(
      address({ hosts: [STAR] }, { address: "10.0.0.1", name }),
      "allowed",
      name,
    );
    const metadata = { address: "169.254.169.254", name };
    assert.notEqual(address({ hosts: named }, metadata), "allowed", name);
  }
});

Deno.test("address() takes the port of a scheme, and no scheme for datagrams", () => {
  const hosts: HostPattern[] = [{ scheme: "https", host: "a.example" }];
  const target = { address: "1.1.1.1", name: "a.example" };
  assert.equal(address({ hosts }, { ...target, port: 443 }), "allowed");
  assert.equal(
    address({ hosts }, { ...target, port: 22 }),
    'workload.allowedHosts: ["a.example:22"]',
  );
  assert.notEqual(
    address({ hosts }, { ...target, port: 443, protocol: "udp" }),
    "allowed",
  );
});

Deno.test("address() without a name goes by the address alone", () => {
  assert.equal(address({ hosts: [STAR] }, { address: "1.1.1.1" }), "allowed");
  assert.equal(
    address({ hosts: [STAR] }, { address: "1.1.1.1", name: "1.1.1.1" }),
    "allowed",
  );
  const hosts = [{ host: "a.example" }];
  assert.equal(
    address({ hosts }, { address: "1.1.1.1" }),
    'workload.allowedHosts: ["1.1.1.1:80"]',
  );
  assert.notEqual(
    address({ hosts: [STAR] }, { address: "no address" }),
    "allowed",
  );
  assert.notEqual(
    address({ hosts: [STAR] }, { address: "1.1.1.1", name: "no name" }),
    "allowed",
  );
});

Deno.test("lookup() allows listed names, addresses, and localhost where it is open", () => {
  const policy = makeEgressPolicy({
    ...NOTHING,
    lookups: [{ host: "a.example" }, { host: "b.example", below: true }],
  });
  for (
    const name of ["a.example", "A.example.", "x.b.example", "10.0.0.1", "::1"]
  ) {
    assert.ok(policy.lookup(name).allowed, name);
  }
  for (const name of ["b.example", "x.a.example", "localhost", "no name"]) {
    assert.equal(
      remedyOf(policy.lookup(name)),
      `workload.allowedIpNameLookups: ["${name}"]`,
    );
  }
  assert.ok(
    makeEgressPolicy({ ...NOTHING, loopback: "any" }).lookup("localhost")
      .allowed,
  );
  assert.ok(
    makeEgressPolicy({ ...NOTHING, lookups: [STAR] }).lookup("any.example")
      .allowed,
  );
});
