// deno-lint-ignore-file no-console -- its address is its output
/** `Deno.serve` with what the guest `echo` does with bodies: `/source?bytes=N` and `/sink`. */
const CHUNK = new Uint8Array(65_536).fill(65);

Deno.serve({
  hostname: "127.0.0.1",
  port: 0,
  onListen: ({ port }) => console.log(`Listening on http://127.0.0.1:${port}`),
}, async ({ url, body }) => {
  const { pathname, searchParams } = new URL(url);
  if (pathname === "/source") {
    return new Response(source(Number(searchParams.get("bytes"))));
  }
  let total = 0;
  for await (const chunk of body ?? []) total += chunk.length;
  return new Response(`${total}\n`);
});

function source(left: number): ReadableStream<Uint8Array> {
  return new ReadableStream({
    pull(controller) {
      if (left > 0) controller.enqueue(CHUNK.slice(0, left));
      left -= CHUNK.length;
      if (left <= 0) controller.close();
    },
  });
}
