/**
 * What a folder holds, for comparing.
 *
 * @module
 */

/** Every file below a folder that ends in a slash, by its path there; as base64. */
export async function readFolder(folder: string): Promise<Map<string, string>> {
  const files = new Map<string, string>();
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    if (!isDirectory) {
      files.set(name, (await Deno.readFile(`${folder}${name}`)).toBase64());
      continue;
    }
    for (const [path, content] of await readFolder(`${folder}${name}/`)) {
      files.set(`${name}/${path}`, content);
    }
  }
  return new Map([...files].toSorted(([a], [b]) => a < b ? -1 : 1));
}
