import type { Socket } from "node:net";

/** RFC 9113, 3.4: what a client that knows it speaks HTTP/2 begins with. */
const PREFACE = new TextEncoder().encode("PRI * HTTP/2.0\r\n");

/** Finds out by a connection's first bytes what is spoken there, and leaves them unread. */
export function onProtocol(
  socket: Socket,
  found: (protocol: "http1" | "http2") => void,
): void {
  let held: Uint8Array<ArrayBufferLike> = new Uint8Array();
  const look = () => {
    const more: Uint8Array | null = socket.read();
    if (more === null) return;
    held = held.length === 0 ? more : concat(held, more);
    const length = Math.min(held.length, PREFACE.length);
    const isPreface = held.subarray(0, length)
      .every((byte, index) => byte === PREFACE[index]);
    if (isPreface && length < PREFACE.length) return;
    socket.off("readable", look);
    socket.unshift(held);
    found(isPreface ? "http2" : "http1");
  };
  socket.on("readable", look);
}

function concat(one: Uint8Array, other: Uint8Array): Uint8Array {
  const all = new Uint8Array(one.length + other.length);
  all.set(one);
  all.set(other, one.length);
  return all;
}
