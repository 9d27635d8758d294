/**
 * What `new` asks a person: a line typed for each answer.
 *
 * @module
 */

import { type Template, templateLines, TEMPLATES } from "./templates.ts";

/** A person at a terminal. */
export interface Person {
  /** Shows a text and returns the line that is typed; `undefined` at the end of input. */
  ask(question: string): string | undefined;
  print(text: string): void;
}

/**
 * Asks for a name until it will do.
 *
 * @param fault Why a name will not do; `undefined` if it will.
 * @returns `undefined` if there is no answer any more
 */
export function askName(
  { ask, print }: Person,
  fault: (name: string) => string | undefined,
): string | undefined {
  for (;;) {
    const name = ask("Name of the new folder:")?.trim();
    if (name === undefined) return undefined;
    const reason = fault(name);
    if (reason === undefined) return name;
    print(`Cannot use ${JSON.stringify(name)}: ${reason}`);
  }
}

/** Asks for a template, by its number or name; Enter takes the default. */
export function askTemplate({ ask, print }: Person): Template | undefined {
  print(["Templates:", ...templateLines(true)].join("\n"));
  for (;;) {
    const answer = ask("Number or name [1]:")?.trim();
    if (answer === undefined) return undefined;
    if (answer === "") return TEMPLATES[0];
    const chosen = TEMPLATES.find(({ name }, index) =>
      answer === name || answer === `${index + 1}`
    );
    if (chosen !== undefined) return chosen;
    print(
      `Cannot use ${
        JSON.stringify(answer)
      }: it is neither a number from 1 to ${TEMPLATES.length} nor a name above`,
    );
  }
}
