/**
 * Where artifacts are kept between starts.
 *
 * @module
 */

/** Absolute path of the artifact cache, by the conventions of the system. */
export function cacheDirectory(env: Readonly<Record<string, string>>): string {
  const base = env["WHARF_CACHE_DIR"] ?? systemCache(env);
  return `${base}/artifacts`;
}

function systemCache(env: Readonly<Record<string, string>>): string {
  // XDG Base Directory: a relative path is to be ignored.
  if (env["XDG_CACHE_HOME"]?.startsWith("/")) {
    return `${env["XDG_CACHE_HOME"]}/wharf`;
  }
  if (env["LOCALAPPDATA"] !== undefined) return `${env["LOCALAPPDATA"]}/wharf`;
  return `${env["HOME"] ?? "/tmp"}/.cache/wharf`;
}
