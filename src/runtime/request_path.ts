/**
 * What follows a URL's authority: path and query; nothing for `CONNECT`. What clients send makes
 * no valid URL at times, such as a host with a space in it, so it is not parsed as one.
 */
export function pathOf(url: string): string {
  const scheme = url.indexOf("://");
  if (scheme < 0) return url;
  const slash = url.indexOf("/", scheme + 3);
  return slash < 0 ? "" : url.slice(slash);
}
