/**
 * How much is drawn, and from where: the same every day, unless the environment says otherwise.
 *
 * @module
 */

/** Which values a property is tried with. */
export interface FuzzSample {
  readonly seed: number;
  readonly runs: number;
}

/** The sample of a test that can afford so many runs. */
export function fuzzSample(runs: number): FuzzSample {
  return {
    seed: numberFrom("WHARF_FUZZ_SEED", 20_260_101),
    runs: numberFrom("WHARF_FUZZ_RUNS", runs),
  };
}

function numberFrom(variable: string, otherwise: number): number {
  const text = Deno.env.get(variable) ?? "";
  return /^\d+$/.test(text) ? Number(text) : otherwise;
}
