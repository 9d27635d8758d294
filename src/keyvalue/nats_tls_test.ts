import assert from "node:assert/strict";
import { natsTest, startNatsServer } from "../../tests/support/nats_server.ts";
import {
  assertRefused,
  bytes,
  textAt,
} from "../../tests/support/keyvalue_values.ts";
import { openNats } from "./nats.ts";

/** An authority for these tests alone, whose key was thrown away. */
const CA = `-----BEGIN CERTIFICATE-----
MIIBhzCCAS2gAwIBAgIULIQ0RLF5JWPuLj+kAxuTzprk404wCgYIKoZIzj0EAwIw
GDEWMBQGA1UEAwwNV2hhcmYgdGVzdCBDQTAgFw0yNjExMjEwNjMzMzhaGA8yMTI2
MTAyODA2MzMzOFowGDEWMBQGA1UEAwwNV2hhcmYgdGVzdCBDQTBZMBMGByqGSM49
AgEGCCqGSM49AwEHA0IABP1QU3pnhByGLuzIhGQLeNd5QgzQuIW/u4zXifRvB64F
gZ6wZx6Z4Ru8JNjD+EtzGUPUGcC9uRcLtpK7Ce/IjhCjUzBRMB0GA1UdDgQWBBR2
Ad1OT/etUKnwyIxqV+pm2wYgtDAfBgNVHSMEGDAWgBR2Ad1OT/etUKnwyIxqV+pm
2wYgtDAPBgNVHRMBAf8EBTADAQH/MAoGCCqGSM49BAMCA0gAMEUCIQCmr0uDbKfV
TK0EcJvsZXsB/gXIlMV05xc3cEzvq63CJAIgTOnoLhhPTYG79s37tmz0zVKxGQ+U
7OQMDLtOX2uyrTE=
-----END CERTIFICATE-----
`;
/** What it says of 127.0.0.1, for a hundred years from November 2026. */
const CERTIFICATE = `-----BEGIN CERTIFICATE-----
MIIBrDCCAVOgAwIBAgIUdJn8HK9jZblAbAga7cO//zVxcFkwCgYIKoZIzj0EAwIw
GDEWMBQGA1UEAwwNV2hhcmYgdGVzdCBDQTAgFw0yNjExMjEwNjMzMzhaGA8yMTI2
MTAyODA2MzMzOFowFDESMBAGA1UEAwwJMTI3LjAuMC4xMFkwEwYHKoZIzj0CAQYI
KoZIzj0DAQcDQgAEbCnBpYirCoeCwl87rhI/CTmauKbZTe4UqHntRiPcbKyL9fYO
AUIw5H1QOL3zr865JLWc+swJ+75CRWW2kHUyeaN9MHswGgYDVR0RBBMwEYcEfwAA
AYIJbG9jYWxob3N0MB0GA1UdJQQWMBQGCCsGAQUFBwMBBggrBgEFBQcDAjAdBgNV
HQ4EFgQUnM1Qz4NUcuU2zRNuqMtvmOTKXgcwHwYDVR0jBBgwFoAUdgHdTk/3rVCp
8MiMalfqZtsGILQwCgYIKoZIzj0EAwIDRwAwRAIgcnliO9ys39+jNZd6ScGYUf7d
fsxp10Zqvjt3fa6eVqMCIBFT4OzG2PYNcsysboGL8v63qh1HJlppZM8Z337PL02d
-----END CERTIFICATE-----
`;
const KEY = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg9RRJHrqDc89iwHta
QpdzDisZAT5RBZM2r9S4cIbE1uahRANCAARsKcGliKsKh4LCXzuuEj8JOZq4ptlN
7hSoee1GI9xsrIv19g4BQjDkfVA4vfOvzrkktZz6zAn7vkJFZbaQdTJ5
-----END PRIVATE KEY-----
`;

async function startTlsServer(verify: boolean) {
  return await startNatsServer((folder) => {
    Deno.writeTextFileSync(`${folder}/ca.pem`, CA);
    Deno.writeTextFileSync(`${folder}/cert.pem`, CERTIFICATE);
    Deno.writeTextFileSync(`${folder}/key.pem`, KEY);
    return {
      config:
        `tls { cert_file: "${folder}/cert.pem", key_file: "${folder}/key.pem", ca_file: "${folder}/ca.pem", verify: ${verify} }`,
    };
  });
}

natsTest(
  "tls:// is encrypted, and trusts the certificates it is given",
  async () => {
    await using server = await startTlsServer(false);
    const ca = `${server.folder}/ca.pem`;
    for (const scheme of ["tls", "nats"]) {
      await using backend = await openNats({
        url: `${scheme}://127.0.0.1:${server.port}`,
        tls: { ca },
      });
      const bucket = await backend.open("default");
      await bucket.set("key", bytes(scheme));
      assert.equal(await textAt(bucket, "key"), scheme);
    }
  },
);

natsTest(
  "a certificate that nobody vouches for fails the call, ten times over, and nothing else",
  async () => {
    await using server = await startTlsServer(false);
    await using backend = await openNats({
      url: `tls://127.0.0.1:${server.port}`,
    });
    for (let tries = 0; tries < 10; tries++) {
      await assertRefused(backend.open("default"));
    }
  },
);

natsTest(
  "a server that asks for a certificate takes the one it is shown",
  async () => {
    await using server = await startTlsServer(true);
    const { folder } = server;
    const url = `tls://127.0.0.1:${server.port}`;
    await using without = await openNats({
      url,
      tls: { ca: `${folder}/ca.pem` },
    });
    await assertRefused(without.open("default"));
    await using backend = await openNats({
      url,
      tls: {
        ca: `${folder}/ca.pem`,
        cert: `${folder}/cert.pem`,
        key: `${folder}/key.pem`,
      },
    });
    await (await backend.open("default")).set("key", bytes("value"));
  },
);

natsTest(
  "tls:// is refused by a server that has none, and says so",
  async () => {
    await using server = await startNatsServer();
    await using backend = await openNats({
      url: `tls://127.0.0.1:${server.port}`,
    });
    await assertRefused(backend.open("default"));
  },
);

natsTest("a file for TLS that is missing is named", async () => {
  await using backend = await openNats({
    url: "tls://127.0.0.1:1",
    tls: { ca: "/nowhere/ca.pem" },
  });
  await assert.rejects(backend.open("default"), {
    code: "other",
    message: /"\/nowhere\/ca.pem"/,
  });
});
