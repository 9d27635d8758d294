const PREFIX = "/_wharf";

/**
 * Whether a request is for the explorer and not for the component. It is asked for every
 * request, so this file imports nothing and makes nothing.
 *
 * @param url Absolute, as a front door hands it over.
 */
export function isExplorerPath(url: string): boolean {
  const path = url.indexOf("/", url.indexOf("://") + 3);
  if (!url.startsWith(PREFIX, path)) return false;
  const end = path + PREFIX.length;
  // The end of the text, "/", "?" or "#".
  return path > 0 && (end === url.length || "/?#".includes(url[end]!));
}
