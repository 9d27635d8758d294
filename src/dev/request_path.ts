/**
 * What follows a URL's authority. What clients send makes no valid URL at times, such as a
 * host with a space in it, so it is not parsed as one.
 */
export function pathOf(url: string): string {
  return /^[^/]*\/\/[^/]*(.*)$/s.exec(url)?.[1] ?? url;
}
