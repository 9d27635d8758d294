const UNITS = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** Milliseconds of `30s`, `5m`, `1h30m`; `undefined` for what is no time, and for none. */
export function parseTimeToLive(text: string): number | undefined {
  const compact = text.replace(/\s+/g, "");
  if (!/^(?:\d+(?:ms|[smhd]))+$/.test(compact)) return undefined;
  let total = 0;
  for (const [, count, unit] of compact.matchAll(/(\d+)(ms|[smhd])/g)) {
    total += Number(count) * UNITS[unit as keyof typeof UNITS];
  }
  return total > 0 && Number.isSafeInteger(total) ? total : undefined;
}
