import type { KeyPath } from "./key_path.ts";

/** What stands in a message where a secret would stand. */
export const MASK = "***";

const SECRET_NAME =
  /token|passw|passphrase|secret|credential|api_?key|access_?key|private_?key|authorization/i;

/** Whether a value at this key may be a secret by the name of the key. */
export function isSecretKey(key: KeyPath): boolean {
  const name = key.findLast((part) => typeof part === "string");
  return name !== undefined && SECRET_NAME.test(name) &&
    !/_path$|^secretFrom$/.test(name);
}

/**
 * A text without the credentials of the URLs in it: `redis://***@host`. Of a user and a
 * password the user stays. A text that is no proper URL loses all up to its last `@`.
 */
export function maskUrl(text: string): string {
  return text.replace(/:\/\/.*@/s, (credentials) => {
    const user = /^:\/\/([^:@/\s]+):[^@/\s]*@$/.exec(credentials)?.[1];
    return user === undefined ? `://${MASK}@` : `://${user}:${MASK}@`;
  }).replace(
    /([?&][^=&#\s]*(?:token|passw|secret|key)[^=&#\s]*=)[^&#\s]*/gi,
    `$1${MASK}`,
  );
}

/** A text that should be a URL: without credentials, even if it is too broken to find them by. */
export function maskBrokenUrl(text: string): string {
  const shown = maskUrl(text);
  const at = shown === text ? text.lastIndexOf("@") : -1;
  return at < 0 ? shown : MASK + text.slice(at);
}

/** A text as it may be shown. */
export function masked(text: string, secret: boolean): string {
  return secret ? MASK : maskUrl(text);
}
