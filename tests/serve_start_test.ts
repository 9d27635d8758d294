/** What a server answers while its component is still to come. */

import assert from "node:assert/strict";
import { pathToFileURL } from "node:url";
import type { Config } from "../src/config/mod.ts";
import { openDeployment } from "../src/deploy/mod.ts";
import { ListenError } from "../src/front/mod.ts";
import { type Server, startServer } from "../src/serve/server.ts";
import { makeDeployment } from "./support/serve_process.ts";

interface Ports {
  readonly port: number;
  readonly adminPort: number;
}

/** A server of a deployment; `prepared` is waited for before its component is opened. */
function start(
  dist: string,
  { port, adminPort }: Ports,
  prepared: () => Promise<void>,
): Promise<Server> {
  const at = (port: number) => ({ hostname: "127.0.0.1", port });
  return startServer({
    log: { emit() {} },
    component: dist,
    recordsSpans: false,
    open: (log, configured) =>
      openDeployment(pathToFileURL(dist), {
        env: {},
        log,
        async adapt(built) {
          const config: Config = {
            ...built,
            dev: { ...built.dev, address: at(port), lanes: 0 },
            serve: { ...built.serve, adminAddress: at(adminPort) },
          };
          await configured(config);
          await prepared();
          return config;
        },
      }),
  });
}

/** Ports that nobody listens at. */
function freePorts(): Ports {
  using one = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  using other = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return { port: one.addr.port, adminPort: other.addr.port };
}

/** Asks the server's own address until a client waits for the component. */
async function untilInFlight({ adminPort }: Ports): Promise<void> {
  for (let text = ""; !text.includes("\nwharf_http_requests_in_flight 1\n");) {
    const url = `http://127.0.0.1:${adminPort}/_wharf/metrics`;
    text = await (await fetch(url)).text();
  }
}

for (const taken of ["port", "adminPort"] as const) {
  Deno.test(`startServer() says that the ${taken} is in use before it opens the component`, async () => {
    await using made = await makeDeployment("hello");
    using other = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    let isOpening = false;
    const starting = start(made.dist, {
      port: 0,
      adminPort: 0,
      [taken]: other.addr.port,
    }, () => {
      isOpening = true;
      return Promise.resolve();
    });
    await assert.rejects(starting, ListenError);
    assert.equal(isOpening, false);
  });
}

/** Starts a server that listens, and opens its component when `opens` is settled. */
async function startHeld(dist: string, ports: Ports) {
  const [listens, opens] = [
    Promise.withResolvers<void>(),
    Promise.withResolvers<void>(),
  ];
  const starting = start(dist, ports, () => {
    listens.resolve();
    return opens.promise;
  });
  await listens.promise;
  return { starting, opens };
}

Deno.test("startServer() has early requests wait, and is not ready until it can answer them", async () => {
  await using made = await makeDeployment("hello");
  const ports = freePorts();
  const { starting, opens } = await startHeld(made.dist, ports);
  const early = fetch(`http://127.0.0.1:${ports.port}/`);
  await untilInFlight(ports);
  const health = async () => {
    const url = `http://127.0.0.1:${ports.adminPort}/_wharf/health`;
    const response = await fetch(url);
    const { phase } = await response.json();
    return [response.status, phase];
  };
  assert.deepEqual(await health(), [503, "starting"]);
  opens.resolve();
  const server = await starting;
  assert.equal(await (await early).text(), "hello\n");
  assert.deepEqual(await health(), [200, "serving"]);
  await server.stop();
});

Deno.test("startServer() lets go of early requests when the component cannot be opened", async () => {
  await using made = await makeDeployment("hello");
  const ports = freePorts();
  const { starting, opens } = await startHeld(made.dist, ports);
  starting.catch(() => {});
  const early = fetch(`http://127.0.0.1:${ports.port}/`).then(
    async (response) => (await response.text(), response.status),
    () => "cut",
  );
  await untilInFlight(ports);
  const fault = new Error("no component");
  opens.reject(fault);
  await assert.rejects(starting, fault);
  assert.ok([503, "cut"].includes(await early));
});
