/**
 * Transpiles in a thread of its own: it takes a second for a component with an engine in it,
 * and the server's thread has requests to answer meanwhile.
 *
 * @module
 */

import type { ArtifactFiles } from "./transpile.ts";

/** Makes the files of an artifact. */
export type Transpile = (
  bytes: Uint8Array<ArrayBuffer>,
) => Promise<ArtifactFiles>;

/** What the thread answers to each component, in the order they were sent. */
export type TranspilerAnswer =
  | { readonly ok: true; readonly files: ArtifactFiles }
  | { readonly ok: false; readonly message: string };

/** A thread that transpiles one component after the other. Disposing ends it and what it is at. */
export interface Transpiler extends Disposable {
  /**
   * Transpiles a component.
   *
   * @throws {TypeError} It cannot be transpiled.
   * @throws {DOMException} `AbortError`: the thread was ended.
   */
  readonly transpile: Transpile;
}

/**
 * Starts a thread. It loads jco at once, so that it is there when a build has ended.
 *
 * @param failed Called when it ends by itself.
 */
export function startTranspiler(failed: () => void = () => {}): Transpiler {
  const worker = new Worker(
    new URL("./transpiler_entry.ts", import.meta.url).href,
    { type: "module", name: "transpiler" },
  );
  const waiting: PromiseWithResolvers<ArtifactFiles>[] = [];
  let ended: Error | undefined;
  const end = (reason: Error) => {
    ended ??= reason;
    worker.terminate();
    for (const { reject } of waiting.splice(0)) reject(reason);
  };
  worker.onmessage = ({ data }: MessageEvent<TranspilerAnswer>) => {
    const first = waiting.shift();
    if (data.ok) first?.resolve(data.files);
    else first?.reject(new TypeError(data.message));
  };
  worker.onerror = (event) => {
    event.preventDefault();
    failed();
    end(new TypeError(event.message));
  };
  return {
    transpile(bytes) {
      if (ended !== undefined) return Promise.reject(ended);
      const answer = Promise.withResolvers<ArtifactFiles>();
      waiting.push(answer);
      worker.postMessage(bytes);
      return answer.promise;
    },
    [Symbol.dispose]() {
      end(new DOMException("The transpiler was ended", "AbortError"));
    },
  };
}
