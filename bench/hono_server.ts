// deno-lint-ignore-file no-console -- its address is its output
/** Hono on `Deno.serve`, with the body of the small guest, and nothing else. */
import { Hono } from "hono";

const BODY = new TextEncoder().encode("hello\n");
const app = new Hono();
app.get("/", (context) => context.body(BODY));

Deno.serve({
  hostname: "127.0.0.1",
  port: 0,
  onListen: ({ port }) => console.log(`Listening on http://127.0.0.1:${port}`),
}, app.fetch);
