/**
 * Versions of values in Redis, which has none.
 *
 * @module
 */

/** Makes texts that no other write has, in any process, ever. */
export function makeTokens(): () => string {
  const origin = crypto.getRandomValues(new Uint8Array(12)).toBase64({
    alphabet: "base64url",
  });
  let writes = 0;
  return () => origin + (writes++).toString(36);
}

/** The version of a value: the token of the last write of Wharf, and the value itself, which others may have set. */
export function versionOf(
  token: string,
  value: Uint8Array<ArrayBuffer>,
): string {
  return `${token}.${fingerprint(value)}`;
}

/** 53 bits that two values seldom share; the bytes have to begin with their buffer. */
function fingerprint(value: Uint8Array<ArrayBuffer>): string {
  let high = 0x9e3779b9 ^ value.length;
  let low = 0x41c6ce57;
  const count = value.length >>> 2;
  const words = new Int32Array(value.buffer, value.byteOffset, count);
  for (let index = 0; index < count; index++) {
    const word = words[index]!;
    high = Math.imul(high ^ word, 0x9e3779b1);
    low = Math.imul(low ^ word, 0x5f356495);
    high ^= high >>> 15;
    low ^= low >>> 13;
  }
  for (let index = count << 2; index < value.length; index++) {
    high = Math.imul(high ^ value[index]!, 0x9e3779b1);
    low = Math.imul(low ^ value[index]!, 0x5f356495);
  }
  high = Math.imul(high ^ (high >>> 16), 0x85ebca6b) ^
    Math.imul(low ^ (low >>> 13), 0xc2b2ae35);
  low = Math.imul(low ^ (low >>> 16), 0x85ebca6b) ^
    Math.imul(high ^ (high >>> 13), 0xc2b2ae35);
  return ((high >>> 0) * 2 ** 21 + (low >>> 11)).toString(36);
}
