const PREFIX = "/_wharf";

/** Where a path can begin at the earliest: behind `http://` and a letter. */
const EARLIEST = 8;

/**
 * Whether a request is for the explorer and not for the component. It is asked for every
 * request, so this file imports nothing and makes nothing.
 *
 * @param url Absolute, as a front door hands it over.
 */
export function isExplorerPath(url: string): boolean {
  const at = url.indexOf(PREFIX, EARLIEST);
  // Most requests are for the component, and are known by this one search.
  if (at < 0 || at !== url.indexOf("/", EARLIEST)) return false;
  const end = at + PREFIX.length;
  return end === url.length || "/?#".includes(url[end]!);
}
