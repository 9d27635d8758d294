/**
 * `wasi:cli/stdin`, `stdout` and `stderr@0.2`: nothing to read, and lines to write that
 * reach the host's log with the request they belong to.
 *
 * @module
 */

import type {
  GuestStream,
  HostInterface,
  InstanceContext,
} from "../../runtime/host_interface.ts";
import { ALWAYS_READY } from "../io/poll.ts";
import {
  type ByteSource,
  InputStream,
  OutputStream,
  streamClosed,
} from "../io/streams.ts";
import { LineSink } from "./line_sink.ts";

const NOTHING: ByteSource = {
  ...ALWAYS_READY,
  read() {
    throw streamClosed();
  },
};

export const stdinInterface: HostInterface = {
  name: "wasi:cli/stdin",
  version: "0.2.x",
  types: { "input-stream": "resource" },
  resources: { "input-stream": InputStream },
  functions: { "get-stdin": "func() -> input-stream" },
  waits: [],
  plain: "all",
  limits: { "get-stdin": "at its end from the start" },
  imports: () => ({
    /** `get-stdin: func() -> input-stream` */
    getStdin: () => new InputStream(NOTHING),
  }),
};

export const stdoutInterface: HostInterface = {
  name: "wasi:cli/stdout",
  version: "0.2.x",
  types: { "output-stream": "resource" },
  resources: { "output-stream": OutputStream },
  functions: { "get-stdout": "func() -> output-stream" },
  waits: [],
  plain: "all",
  imports: (instance) => ({
    /** `get-stdout: func() -> output-stream` */
    getStdout: lineStreams(instance, "stdout"),
  }),
};

export const stderrInterface: HostInterface = {
  name: "wasi:cli/stderr",
  version: "0.2.x",
  types: { "output-stream": "resource" },
  resources: { "output-stream": OutputStream },
  functions: { "get-stderr": "func() -> output-stream" },
  waits: [],
  plain: "all",
  imports: (instance) => ({
    /** `get-stderr: func() -> output-stream` */
    getStderr: lineStreams(instance, "stderr"),
  }),
};

/** Every handle a guest takes writes to the same lines. */
function lineStreams(
  instance: InstanceContext,
  stream: GuestStream,
): () => OutputStream {
  let sink: LineSink | undefined;
  return () => new OutputStream(sink ??= new LineSink(instance, stream));
}
