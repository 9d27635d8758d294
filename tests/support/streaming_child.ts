// deno-lint-ignore-file no-console -- its output is how it is found
/**
 * `Deno.serve` alone, streaming each upload back a turn of the event loop after it came, as a
 * guest that waits for anything does. What it gets wrong, Wharf cannot get right.
 *
 * @module
 */

if (import.meta.main) {
  const server = Deno.serve({
    hostname: "127.0.0.1",
    port: 0,
    onListen() {},
    onError: () => new Response(null, { status: 500 }),
  }, async (request) => {
    const { body } = request;
    await new Promise((resolve) => setTimeout(resolve));
    return new Response(body?.pipeThrough(new TransformStream()) ?? "ok");
  });
  console.log(server.addr.port);
}
