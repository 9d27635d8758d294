/**
 * JavaScript Promise Integration: core functions that wait. TypeScript does not know it yet.
 * Source: the JS API of the WebAssembly proposal `js-promise-integration`.
 *
 * @module
 */

/** A function that a core module can import, as `WebAssembly` has them. */
export type CoreImport = WebAssembly.ImportValue;

/** A core function of the host. */
export type CoreFunction = (...values: (number | bigint)[]) => unknown;

interface PromiseIntegration {
  readonly Suspending: new (coreFunction: CoreFunction) => CoreImport;
  readonly promising: (
    exported: CoreFunction,
  ) => (...values: (number | bigint)[]) => Promise<unknown>;
}

/** An import that suspends the guest while the promise it returns is pending. */
export function suspending(coreFunction: CoreFunction): CoreImport {
  const { Suspending } = integration();
  return new Suspending(coreFunction);
}

/** An export that may call imports made by {@linkcode suspending}. */
export function promising(
  exported: CoreFunction,
): (...values: (number | bigint)[]) => Promise<unknown> {
  return integration().promising(exported);
}

function integration(): PromiseIntegration {
  if (!("Suspending" in WebAssembly)) {
    throw new TypeError(
      `Cannot run guests on Deno ${Deno.version.deno}: it has no JSPI; use Deno 2.5 or newer`,
    );
  }
  return WebAssembly as unknown as PromiseIntegration;
}
