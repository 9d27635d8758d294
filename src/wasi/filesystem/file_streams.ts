/**
 * The streams of an open file. A stream holds the file open by itself: a guest may drop the
 * descriptor first.
 *
 * @module
 */

import { PIECE, PulledSource } from "../io/pulled_source.ts";
import { PushedSink } from "../io/pushed_sink.ts";
import { InputStream, OutputStream } from "../io/streams.ts";
import type { OpenFile } from "./open_file.ts";

/** Reads a file from an offset to where it ends then. */
export function readFile(file: OpenFile, offset: number): InputStream {
  file.retain();
  let at = offset;
  return new InputStream(
    new PulledSource({
      async next() {
        const piece = await file.read(PIECE, at);
        at += piece.length;
        return piece.length === 0 ? undefined : piece;
      },
      close: () => file.release(),
    }),
  );
}

/** Writes into a file from an offset. */
export function writeFile(file: OpenFile, offset: number): OutputStream {
  let at = offset;
  return streamInto(file, async (piece) => {
    await file.write(piece, at);
    at += piece.length;
  });
}

/** Writes to the end of a file, wherever that is each time. */
export function appendFile(file: OpenFile): OutputStream {
  return streamInto(file, (piece) => file.append(piece));
}

function streamInto(
  file: OpenFile,
  write: (piece: Uint8Array) => Promise<void>,
): OutputStream {
  file.retain();
  return new OutputStream(
    new PushedSink({ write, close: () => file.release() }),
  );
}
