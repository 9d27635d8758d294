/**
 * What the transpiler's Worker runs. It is a program like `main.ts`, and runs when it is loaded.
 *
 * @module
 */

import { type ArtifactFiles, transpile } from "./transpile.ts";
import type { TranspilerAnswer } from "./transpiler.ts";

/** A Worker's own scope; the compiler knows that of a window alone. */
interface WorkerScope {
  postMessage(message: TranspilerAnswer, transfer: Transferable[]): void;
  onmessage: ((event: MessageEvent<Uint8Array<ArrayBuffer>>) => void) | null;
}

serve(globalThis as unknown as WorkerScope);

/** One after the other, so that answers come in the order of the questions. */
function serve(scope: WorkerScope): void {
  let turn: Promise<void> = Promise.resolve();
  scope.onmessage = ({ data }) => {
    turn = turn.then(async () => {
      const answer = await answerTo(data);
      scope.postMessage(answer, answer.ok ? buffersOf(answer.files) : []);
    });
  };
}

async function answerTo(
  bytes: Uint8Array<ArrayBuffer>,
): Promise<TranspilerAnswer> {
  try {
    return { ok: true, files: await transpile(bytes) };
  } catch (error) {
    // What jco throws need not be an error, and loses its class between threads all the same.
    const message = error instanceof Error
      ? error.message
      : JSON.stringify(error);
    return { ok: false, message };
  }
}

function buffersOf(files: ArtifactFiles): Transferable[] {
  return [...new Set([...files.values()].map(({ buffer }) => buffer))];
}
