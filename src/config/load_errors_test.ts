import { rejects, strictEqual } from "node:assert/strict";
import { temporaryProject, yamlProject } from "./_temporary_project.ts";
import { ConfigError } from "./config_error.ts";

/** Each a mistake in a file, and the one line that names it. */
const MISTAKES: Record<string, readonly [yaml: string, line: string]> = {
  "an unknown key": [
    "dev:\n  wasi_keyvalue_redis_ulr: redis://x\n",
    '2:3: dev.wasi_keyvalue_redis_ulr: unknown key; allowed are wasi_keyvalue_redis_url, wasi_keyvalue_nats_url, wasi_keyvalue_deno_kv and 42 more; did you mean "wasi_keyvalue_redis_url"?',
  ],
  "an unknown key in a small section": [
    "build: {commnad: make}\n",
    '1:9: build.commnad: unknown key; allowed are command, env, component_path; did you mean "command"?',
  ],
  "a key in the wrong section": [
    "adress: 127.0.0.1:8000\n",
    '1:1: adress: unknown key; allowed are version, build, dev and 8 more; did you mean "dev.address"?',
  ],
  "a key like nothing known": [
    "zzzzzzzz: 1\n",
    "1:1: zzzzzzzz: unknown key; allowed are version, build, dev and 8 more",
  ],
  "the key __proto__": [
    "dev: {__proto__: {address: x}}\n",
    "1:7: dev.__proto__: unknown key; allowed are command, component_path, address and 42 more",
  ],
  "a key in the wrong style": [
    "workload: {allowed_hosts: []}\n",
    '1:12: workload.allowed_hosts: unknown key; allowed are environment, config, allowedHosts, allowedIpNameLookups, allowedHostLoopbackPorts; did you mean "allowedHosts"?',
  ],
  "the YAML merge key": [
    "build:\n  env: &x {}\n  <<: *x\n",
    '3:3: build."<<": unknown key; allowed are command, env, component_path',
  ],
  "a number for text": [
    "version: 2\n",
    "1:10: version: found 2; allowed is text; put quotes around it",
  ],
  "a number in a map of texts": [
    "build: {env: {PORT: 8080}}\n",
    "1:21: build.env.PORT: found 8080; allowed is text; put quotes around it",
  ],
  "nothing in a map of texts": [
    "build: {env: {A: }}\n",
    '1:18: build.env.A: found nothing; allowed is text; write "" for an empty one',
  ],
  "nothing in a list": [
    "workload: {allowedHosts: [a, ~]}\n",
    '1:30: workload.allowedHosts[1]: found nothing; allowed is "*", or a host such as api.example.com, https://api.example.com, *.example.com or 10.0.0.1:5432',
  ],
  "a pattern with a path": [
    "workload: {allowedHosts: [https://a.example/b]}\n",
    '1:27: workload.allowedHosts[0]: found "https://a.example/b", a path behind the host; allowed is "*", or a host such as api.example.com, https://api.example.com, *.example.com or 10.0.0.1:5432',
  ],
  "a list for a section": [
    "dev: [address]\n",
    "1:6: dev: found a list; allowed is a map of the keys command, component_path, address and 42 more",
  ],
  "text for a section": [
    "build: make\n",
    '1:8: build: found "make"; allowed is a map of the keys command, env, component_path',
  ],
  "text for the whole file": [
    "hello\n",
    '1:1: found "hello"; allowed is a map of the keys version, build, dev and 8 more',
  ],
  "a map for text": [
    "dev: {address: {host: a}}\n",
    "1:16: dev.address: found a map; allowed is host:port such as 127.0.0.1:8000",
  ],
  "text for a list": [
    "workload: {environment: {configFrom: app}}\n",
    '1:38: workload.environment.configFrom: found "app"; allowed is a list',
  ],
  "a list for a user's map": [
    "build: {env: [A=1]}\n",
    "1:14: build.env: found a list; allowed is a map of names to values",
  ],
  "text for a boolean": [
    "dev: {service: yes}\n",
    '1:16: dev.service: found "yes"; allowed is true or false',
  ],
  "text for a number": [
    'dev: {instance_reuse: "4"}\n',
    '1:23: dev.instance_reuse: found "4"; allowed is a whole number from 1',
  ],
  "a number out of range": [
    "dev: {instance_reuse: 0}\n",
    "1:23: dev.instance_reuse: found 0, too small; allowed is a whole number from 1",
  ],
  "a broken number": [
    "dev: {instance_reuse: 1.5}\n",
    "1:23: dev.instance_reuse: found 1.5, not whole; allowed is a whole number from 1",
  ],
  "an address without a port": [
    "dev:\n  address: localhost\n",
    '2:12: dev.address: found "localhost", no port; allowed is host:port such as 127.0.0.1:8000',
  ],
  "an address with a port that does not exist": [
    "dev:\n  address: localhost:80000\n",
    '2:12: dev.address: found "localhost:80000", port above 65535; allowed is host:port such as 127.0.0.1:8000',
  ],
  "a Redis URL with another scheme": [
    "dev: {wasi_keyvalue_redis_url: http://me:hunter2@localhost}\n",
    '1:32: dev.wasi_keyvalue_redis_url: found "http://me:***@localhost", scheme "http"; allowed is a URL that starts with redis:// or rediss://',
  ],
  "a NATS URL over WebSocket": [
    "dev: {wasi_keyvalue_nats_url: wss://hunter2@localhost}\n",
    '1:31: dev.wasi_keyvalue_nats_url: found "wss://***@localhost", NATS over WebSocket is not supported, its TCP port is; allowed is a URL that starts with nats:// or tls://',
  ],
  "a NATS URL without a scheme": [
    "dev: {data_nats_url: 'localhost:4222'}\n",
    '1:22: dev.data_nats_url: found "localhost:4222", no scheme; allowed is a URL that starts with nats:// or tls://',
  ],
  "a Deno KV URL with another scheme": [
    "dev: {wasi_keyvalue_deno_kv: 'sqlite://x'}\n",
    '1:30: dev.wasi_keyvalue_deno_kv: found "sqlite://x", scheme "sqlite"; allowed is a path, ":memory:" or a URL that starts with http:// or https://',
  ],
  "a PostgreSQL URL with another scheme": [
    "dev: {postgres_url: 'mysql://x'}\n",
    '1:21: dev.postgres_url: found "mysql://x", scheme "mysql"; allowed is a URL that starts with postgres:// or postgresql://',
  ],
  "a duration without a unit": [
    "dev: {request_timeout: 30}\n",
    "1:24: dev.request_timeout: found 30, no unit; allowed is a duration such as 500ms, 30s, 5m or 1h",
  ],
  "a duration with an unknown unit": [
    "dev: {request_timeout: 3 days}\n",
    '1:24: dev.request_timeout: found "3 days", not a number and a unit; allowed is a duration such as 500ms, 30s, 5m or 1h',
  ],
  "a size with an unknown unit": [
    "dev: {memory_limit_mb: 16MB}\n",
    '1:24: dev.memory_limit_mb: found "16MB", unknown unit "MB"; allowed is a number of MiB, or a size such as 64KiB, 16MiB or 1GiB',
  ],
  "an unknown store": [
    "dev: {keyvalue: {default: rediss}}\n",
    '1:27: dev.keyvalue.default: found "rediss"; allowed is in_memory, filesystem, nats, redis, deno_kv; did you mean "redis"?',
  ],
  "an empty build.command": [
    'build: {command: " "}\n',
    '1:18: build.command: found " ", an empty command; allowed is a shell command',
  ],
  "an empty path": [
    'build: {component_path: ""}\n',
    '1:25: build.component_path: found "", an empty path; allowed is a path',
  ],
  "the name of no variable": [
    "build: {env: {A=B: c}}\n",
    '1:15: build.env."A=B": not the name of an environment variable',
  ],
  "a certificate without its key": [
    "dev:\n  tls_cert_path: cert.pem\n",
    "2:18: dev.tls_cert_path: set without dev.tls_key_path",
  ],
  "a certificate's key alone": [
    "dev:\n  tls_key_path: key.pem\n",
    "2:17: dev.tls_key_path: set without dev.tls_cert_path",
  ],
  "a user without a token": [
    "wit: {registries: [{url: a, username: b}]}\n",
    "1:39: wit.registries[0].username: set without wit.registries[0].token",
  ],
  "an entry that lacks a key": [
    "dev: {volumes: [{host_path: a}]}\n",
    '1:17: dev.volumes[0]: no key "guest_path"; allowed are host_path, guest_path, mode',
  ],
  "a duplicate key": [
    "dev:\n  address: a:1\n  address: b:2\n",
    "3:3: dev.address: set twice, first in line 2",
  ],
  "a duplicate name in a user's map": [
    "build: {env: {A: b, A: c}}\n",
    "1:21: build.env.A: set twice, first in line 1",
  ],
  "a syntax error": [
    "dev:\n  address: a: b\n",
    "2:12: not valid YAML: nested mappings are not allowed in compact mappings",
  ],
  "a key that is not text": [
    "build: {env: {1: a}}\n",
    '1:15: key "1" is not text; put quotes around it',
  ],
  "a secret of the wrong type": [
    "secrets: {db: {inline: {PASSWORD: 12345678}}}\n",
    "1:35: secrets.db.inline.PASSWORD: found ***; allowed is text; put quotes around it",
  ],
  "a token of the wrong type": [
    "build: {env: {API_TOKEN: 12345678}}\n",
    "1:26: build.env.API_TOKEN: found ***; allowed is text; put quotes around it",
  ],
};

for (const [mistake, [yaml, line]] of Object.entries(MISTAKES)) {
  Deno.test(`loadConfig() refuses ${mistake}`, async () => {
    await using project = await yamlProject(yaml);
    strictEqual(
      await project.messageOf(),
      `Cannot read ".wash/config.yaml": 1 problem\n.wash/config.yaml:${line}`,
    );
  });
}

Deno.test("loadConfig() names the problems of all sources at once, in their order", async () => {
  await using project = await temporaryProject({
    "user/config.json": '{"dev": {"address": "x"}}',
    ".wash/config.yaml":
      "dev:\n  tls_cert_path: a\n  instance_reuse: 0\nx: 1\n",
  });
  strictEqual(
    await project.messageOf({
      userConfigDir: `${project.path}/user`,
      env: { WASH_DEV_REQUEST_TIMEOUT: "5" },
      flags: { address: "8000", port: 70_000 },
    }),
    `Cannot read the configuration: 7 problems
user/config.json:1:21: dev.address: found "x", no port; allowed is host:port such as 127.0.0.1:8000
.wash/config.yaml:2:18: dev.tls_cert_path: set without dev.tls_key_path
.wash/config.yaml:3:19: dev.instance_reuse: found 0, too small; allowed is a whole number from 1
.wash/config.yaml:4:1: x: unknown key; allowed are version, build, dev and 8 more
environment variable WASH_DEV_REQUEST_TIMEOUT: dev.request_timeout: found "5", no unit; allowed is a duration such as 500ms, 30s, 5m or 1h
--address: dev.address: found "8000", no port; allowed is host:port such as 127.0.0.1:8000
--port: found 70000, too large; allowed is a whole number from 0 to 65535`,
  );
});

Deno.test("loadConfig() says how to go on without a file", async () => {
  await using project = await temporaryProject({});
  strictEqual(
    (await project.messageOf()).replace("<project>", "DIR"),
    'Cannot find ".wash/config.yaml" in "DIR" or above: no such file; make a project ' +
      'with "deno task new NAME", name one with --project DIR, or name a component with --component FILE',
  );
  strictEqual(
    await project.messageOf({ project: "." }),
    'Cannot find ".wash/config.yaml" in "<project>": no such file; make a project ' +
      'with "deno task new NAME", name one with --project DIR, or name a component with --component FILE',
  );
});

Deno.test("loadConfig() refuses a project that is no folder, beside all else", async () => {
  await using project = await temporaryProject({ "file": "" });
  strictEqual(
    await project.messageOf({ project: "missing" }),
    "Cannot read the configuration: 1 problem\n" +
      '--project: "<project>/missing": no such folder; name the folder that holds .wash',
  );
  strictEqual(
    await project.messageOf({ project: "file", flags: { address: "x" } }),
    "Cannot read the configuration: 2 problems\n" +
      '--project: "<project>/file": not a folder; name the folder that holds .wash\n' +
      '--address: dev.address: found "x", no port; allowed is host:port such as 127.0.0.1:8000',
  );
});

Deno.test("loadConfig() places mistakes in JSON and TOML", async () => {
  const rows = [
    [
      ".wash/config.json",
      '{\n  "dev": {"adress": 1, "lanes": "x"}\n}',
      `.wash/config.json:2:11: dev.adress: unknown key; allowed are address and 44 more; did you mean "address"?
.wash/config.json:2:33: dev.lanes: found "x"; allowed is a whole number from 0`,
    ],
    [
      ".wash/config.toml",
      "[dev]\nadress = 1\nlanes = 'x'\n",
      `.wash/config.toml:2:1: dev.adress: unknown key; allowed are address and 44 more; did you mean "address"?
.wash/config.toml:3:9: dev.lanes: found "x"; allowed is a whole number from 0`,
    ],
    [
      ".wash/config.toml",
      "version = 1979-05-27\nnew.command = 1.0\n",
      `.wash/config.toml:1:11: version: found 1979-05-27; allowed is text; put quotes around it
.wash/config.toml:2:15: new.command: found 1.0; allowed is a shell command; put quotes around it`,
    ],
  ] as const;
  for (const [file, text, lines] of rows) {
    await using project = await temporaryProject({ [file]: text });
    strictEqual(
      await project.messageOf(),
      `Cannot read "${file}": 2 problems\n${lines}`,
    );
  }
});

Deno.test("loadConfig() refuses a file that cannot be text or is too large", async () => {
  await using project = await yamlProject("x");
  const file = `${project.path}/.wash/config.yaml`;
  const head =
    'Cannot read ".wash/config.yaml": 1 problem\n.wash/config.yaml:1:1: ';
  await Deno.writeFile(file, Uint8Array.of(0x61, 0xff));
  strictEqual(await project.messageOf(), `${head}not text in UTF-8`);
  await Deno.writeFile(file, new Uint8Array(256 * 1024 + 1));
  strictEqual(await project.messageOf(), `${head}larger than 256 KiB`);
  await Deno.remove(file);
  await Deno.mkdir(file);
  strictEqual(await project.messageOf(), `${head}a folder`);
});

Deno.test("loadConfig() cuts a long list of problems short", async () => {
  const keys = Array.from({ length: 5_000 }, (_, index) => `k${index}: 1\n`);
  await using project = await yamlProject(keys.join(""));
  const lines = (await project.messageOf()).split("\n");
  strictEqual(lines[0], 'Cannot read ".wash/config.yaml": 200 problems');
  strictEqual(lines.length, 52);
  strictEqual(lines[51], "and 150 more");
});

Deno.test("loadConfig() throws a TypeError for a flag that sets no key", async () => {
  await using project = await yamlProject("");
  await rejects(project.load({ flags: { verbose: true } }), {
    name: "TypeError",
    message: 'Cannot read flag "verbose": it sets no key',
  });
});

Deno.test("ConfigError carries each issue as data", async () => {
  await using project = await yamlProject("dev: {adress: 1}");
  const error = await project.load().catch((error) => error);
  strictEqual(error instanceof ConfigError, true);
  strictEqual(
    JSON.stringify(error.issues),
    JSON.stringify([{
      place: { kind: "file", file: ".wash/config.yaml", line: 1, column: 7 },
      key: ["dev", "adress"],
      problem: "unknown key",
      allowed: "address and 44 more",
      nearest: "address",
    }]),
  );
});
