/**
 * Which versions of an interface stand for each other.
 *
 * @module
 */

const RELEASE_0_2 = /^0\.2\.\d+$/;

/**
 * Whether what is offered as `offered` can serve what is wanted as `wanted`.
 * Every release of WASI 0.2 adds to the ones before and breaks none, so any of them
 * serves any other; drafts match to the letter.
 */
export function versionServes(offered: string, wanted: string): boolean {
  return offered === wanted ||
    (offered === "0.2.x" && RELEASE_0_2.test(wanted));
}

/** Splits `namespace:package/interface@version`; the version is empty where there is none. */
export function splitLabel(
  label: string,
): { readonly name: string; readonly version: string } {
  const at = label.lastIndexOf("@");
  return at < 0
    ? { name: label, version: "" }
    : { name: label.slice(0, at), version: label.slice(at + 1) };
}
