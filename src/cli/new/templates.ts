/**
 * What `new` can start a project from.
 *
 * @module
 */

/** A template: a folder of `templates/`, and what is said of it. */
export interface Template {
  /** Its folder's name. */
  readonly name: string;
  readonly language: string;
  /** What its component does. */
  readonly does: string;
  /** What its build needs on the machine; absent where Deno is all. */
  readonly needs?: string;
  /** What to try first, as arguments of `curl`. */
  readonly tries: readonly string[];
}

const URL = "http://127.0.0.1:8000/";

const KEY_VALUE = {
  does: "stores values under keys",
  tries: [
    `-d '{"key":"mykey","value":"myvalue"}' ${URL}`,
    `'${URL}?key=mykey'`,
  ],
} as const;

/** Every template; the first is the default. */
export const TEMPLATES: readonly [Template, ...Template[]] = [
  { name: "http-kv-handler", language: "TypeScript", ...KEY_VALUE },
  {
    name: "http-hello",
    language: "TypeScript",
    does: "answers with a greeting",
    tries: [URL],
  },
  {
    name: "http-kv-rust",
    language: "Rust",
    ...KEY_VALUE,
    needs: "Rust with the target wasm32-wasip2",
  },
  {
    name: "http-kv-python",
    language: "Python",
    ...KEY_VALUE,
    needs: "uv, or Python 3.10 or later",
  },
  {
    name: "http-kv-go",
    language: "Go",
    ...KEY_VALUE,
    needs: "Go 1.25 or later",
  },
];

/** A line for each template, numbered from 1 where it is a choice. */
export function templateLines(numbered: boolean): string[] {
  const width = Math.max(...TEMPLATES.map(({ name }) => name.length));
  return TEMPLATES.map(({ name, language, does, needs }, index) => {
    const number = numbered ? `${index + 1}  ` : "";
    const needed = needs === undefined ? "" : `; needs ${needs}`;
    const preset = index === 0 ? " (default)" : "";
    return `  ${number}${
      name.padEnd(width)
    }  ${language}, ${does}${needed}${preset}`;
  });
}
