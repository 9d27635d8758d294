const UNITS = ["KiB", "MiB", "GiB", "TiB"] as const;

/** Bytes as people read them: `17 B`, `4.2 KiB`. */
export function formatByteSize(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`;
  let size = bytes / 1024;
  let unit = 0;
  // A size that would be rounded to 1024 is one of the next unit.
  while (size >= 1023.95 && unit < UNITS.length - 1) {
    size /= 1024;
    unit++;
  }
  return `${size.toFixed(size < 100 ? 1 : 0)} ${UNITS[unit]}`;
}
