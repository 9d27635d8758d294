/**
 * What WASI 0.2 has and Wharf does not offer by choice, with the reason, for the table of all
 * functions.
 *
 * @module
 */

/** Reasons by an interface's name. */
export const LEFT_OUT: Readonly<Record<string, string>> = {
  "wasi:clocks/timezone": "unstable in WASI 0.2, where it has to be asked for",
  "wasi:cli/run": "Wharf serves requests and runs no commands",
};
