import { dirname } from "node:path";

/** Whether a path is the other one, or that of a folder on the way to it. */
export function leadsTo(path: string, folder: string): boolean {
  return path === folder ||
    path.startsWith(folder) && /[\\/]$/.test(folder) ||
    path.startsWith(`${folder}/`) || path.startsWith(`${folder}\\`);
}

/** The folder itself if it exists, or the nearest above it that does. */
export function nearestFolder(folder: string): string {
  for (let path = folder;; path = dirname(path)) {
    if (path === dirname(path) || isFolder(path)) return path;
  }
}

/** Whether there is a folder, or a link to one. */
export function isFolder(path: string): boolean {
  try {
    return Deno.statSync(path).isDirectory;
  } catch {
    return false;
  }
}
