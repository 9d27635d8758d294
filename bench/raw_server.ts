// deno-lint-ignore-file no-console -- its address is its output
/** `Deno.serve` with the body of the small guest, and nothing else. */
const BODY = new TextEncoder().encode("hello\n");

Deno.serve({
  hostname: "127.0.0.1",
  port: 0,
  onListen: ({ port }) => console.log(`Listening on http://127.0.0.1:${port}`),
}, () => new Response(BODY));
