/** Headers whose values let somebody in, and are hidden from those who look over a shoulder. */

const SECRET: ReadonlySet<string> = new Set([
  "authorization",
  "cookie",
  "proxy-authorization",
  "set-cookie",
]);

/** Whether a header's value is hidden until it is asked for. */
export function isSecretHeader(name: string): boolean {
  return SECRET.has(name.toLowerCase());
}

/** The names of those among header lines, each once, as they were spelled first. */
export function secretHeadersOf(
  headers: readonly (readonly [name: string, value: string])[],
): readonly string[] {
  const found = new Map<string, string>();
  for (const [name] of headers) {
    const lower = name.toLowerCase();
    if (SECRET.has(lower) && !found.has(lower)) found.set(lower, name);
  }
  return [...found.values()];
}
