/**
 * Where artifacts are kept between starts.
 *
 * @module
 */

/**
 * Path of the artifact cache: in `WHARF_CACHE_DIR`, else where the system keeps caches.
 * A variable that is empty counts as not set.
 */
export function cacheDirectory(
  env: Readonly<Record<string, string>>,
  os: typeof Deno.build.os = Deno.build.os,
): string {
  const base = env["WHARF_CACHE_DIR"] || systemCache(env, os);
  return `${base}/artifacts`;
}

function systemCache(
  env: Readonly<Record<string, string>>,
  os: typeof Deno.build.os,
): string {
  // XDG Base Directory: a relative path is to be ignored.
  if (env["XDG_CACHE_HOME"]?.startsWith("/")) {
    return `${env["XDG_CACHE_HOME"]}/wharf`;
  }
  if (os === "windows" && env["LOCALAPPDATA"]) {
    return `${env["LOCALAPPDATA"]}/wharf`;
  }
  const home = env["HOME"] || env["USERPROFILE"] || "/tmp";
  return os === "darwin"
    ? `${home}/Library/Caches/wharf`
    : `${home}/.cache/wharf`;
}
