/**
 * What requests and responses share: methods, schemes and the syntax of a target.
 *
 * @module
 */

/** `variant method` */
export type Method =
  | { readonly tag: typeof STANDARD_METHODS[number] }
  | { readonly tag: "other"; readonly val: string };

/** `variant scheme { HTTP, HTTPS, other(string) }` */
export type Scheme =
  | { readonly tag: "HTTP" | "HTTPS" }
  | { readonly tag: "other"; readonly val: string };

const STANDARD_METHODS = [
  "get",
  "head",
  "post",
  "put",
  "delete",
  "connect",
  "options",
  "trace",
  "patch",
] as const;

// Made once: methods are compared and read, never written to.
const METHOD_BY_NAME: ReadonlyMap<string, Method> = new Map(
  STANDARD_METHODS.map((tag) => [tag.toUpperCase(), Object.freeze({ tag })]),
);

/** The WIT method of an HTTP method. Methods are case-sensitive: RFC 9110, 9.1. */
export function methodFrom(name: string): Method {
  return METHOD_BY_NAME.get(name) ?? { tag: "other", val: name };
}

/** RFC 9110, 5.6.2. */
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;

/** Whether a guest's method can be sent. */
export function isMethod(method: Method): boolean {
  return method.tag !== "other" || TOKEN.test(method.val);
}

/** RFC 3986, 3.1. */
const SCHEME = /^[A-Za-z][A-Za-z0-9+\-.]*$/;

/** Whether a guest's scheme can be part of a URL. */
export function isScheme(scheme: Scheme): boolean {
  return scheme.tag !== "other" || SCHEME.test(scheme.val);
}

/** Whether a guest's path and query can stand in a request line. */
export function isPathWithQuery(path: string): boolean {
  return (path === "" || path.startsWith("/") || path.startsWith("?") ||
    path === "*") &&
    !hasControlOrSpace(path);
}

/** Whether a guest's authority can stand in a URL. */
export function isAuthority(authority: string): boolean {
  return authority !== "" && !hasControlOrSpace(authority) &&
    !/[/?#\\]/.test(authority) &&
    URL.canParse(`http://${authority}/`);
}

function hasControlOrSpace(text: string): boolean {
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (code <= 0x20 || code === 0x7f) return true;
  }
  return false;
}

/** The parts of an absolute URL, as they were written. */
export interface UrlParts {
  readonly scheme: Scheme;
  readonly authority: string;
  /** Path, query and whatever follows; `undefined` where the URL ends with the authority. */
  readonly pathWithQuery: string | undefined;
}

/**
 * Splits an absolute URL without normalising it: a `URL` object would resolve `..` and
 * rewrite escapes, and the guest is to see what its client sent.
 */
export function splitUrl(url: string): UrlParts {
  const authorityStart = url.indexOf("://") + 3;
  let end = authorityStart;
  while (end < url.length && !"/?#".includes(url[end]!)) end++;
  const scheme = url.slice(0, authorityStart - 3);
  return {
    scheme: scheme === "https"
      ? { tag: "HTTPS" }
      : scheme === "http"
      ? { tag: "HTTP" }
      : { tag: "other", val: scheme },
    authority: url.slice(authorityStart, end),
    pathWithQuery: end < url.length ? url.slice(end) : undefined,
  };
}
