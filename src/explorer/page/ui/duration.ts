const UNITS = [["d", 86_400_000], ["h", 3_600_000], ["m", 60_000], [
  "s",
  1000,
]] as const;

/** Milliseconds as people read them: `0.42 ms`, `31 ms`, `1.5 s`, `2 m 5 s`. */
export function formatDuration(milliseconds: number): string {
  if (milliseconds < 10) return `${Number(milliseconds.toFixed(2))} ms`;
  if (milliseconds < 1000) return `${Math.round(milliseconds)} ms`;
  if (milliseconds < 10_000) return `${(milliseconds / 1000).toFixed(1)} s`;
  return formatWholeSeconds(milliseconds);
}

/** The two largest units of a time to come: `4 s`, `2 m 5 s`, `1 d 3 h`. */
export function formatWholeSeconds(milliseconds: number): string {
  let rest = Math.max(0, Math.ceil(milliseconds / 1000)) * 1000;
  const parts: string[] = [];
  for (const [name, length] of UNITS) {
    const count = Math.floor(rest / length);
    rest -= count * length;
    if (count > 0) parts.push(`${count} ${name}`);
    else if (parts.length > 0) break;
  }
  return parts.length === 0 ? "0 s" : parts.slice(0, 2).join(" ");
}
