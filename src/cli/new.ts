/**
 * `new`: starts a project from a template.
 *
 * @module
 */

import { resolve } from "node:path";
import { nearest } from "../nearest.ts";
import {
  type Arguments,
  type Flag,
  flagHelp,
  parseArguments,
} from "./arguments.ts";
import { type Command, type CommandContext, UsageError } from "./command.ts";
import {
  faultInName,
  newProject,
  pathBetween,
  quoted,
} from "./new/make_project.ts";
import { askName, askTemplate, type Person } from "./new/questions.ts";
import { type Template, templateLines, TEMPLATES } from "./new/templates.ts";

const WHARF = resolve(import.meta.dirname!, "..", "..");

const FLAGS: readonly Flag[] = [
  {
    name: "template",
    short: "t",
    value: "NAME",
    doc: `What to start from; default ${TEMPLATES[0].name}`,
  },
  { name: "list", doc: "Show the templates" },
  { name: "help", short: "h", doc: "Show this" },
];

export const command: Command = { run, userFaults: [UsageError] };

/** Makes a project; a person at a terminal is asked for what was not given. */
async function run(
  args: readonly string[],
  context: CommandContext,
): Promise<number> {
  const given = parseArguments(args, FLAGS);
  if (given.flags["help"] === true) {
    context.print(
      "Start a project in a new folder: deno task new my-app. Without a name " +
        `it asks for one, and for a template.\n\n${flagHelp(FLAGS)}`,
    );
    return 0;
  }
  if (given.flags["list"] === true) {
    context.print(templateLines(false).join("\n"));
    return 0;
  }
  const { name, template } = whatToMake(given, context);
  const cwd = typedIn(context);
  const folder = await newProject({
    name,
    template: template.name,
    cwd,
    wharf: WHARF,
  });
  context.print(
    nextSteps(pathBetween(cwd, folder), template, denoOf(context)),
  );
  return 0;
}

/** What was given, or is answered. */
function whatToMake(
  { flags, positionals }: Arguments,
  context: CommandContext,
): { readonly name: string; readonly template: Template } {
  const [name, ...rest] = positionals;
  const asked = flags["template"];
  const template = typeof asked === "string" ? templateOf(asked) : undefined;
  if (name !== undefined && rest.length === 0) {
    return { name, template: template ?? TEMPLATES[0] };
  }
  const { stdin, stdout } = context.streams.terminals;
  if (name === undefined && stdin && stdout) {
    const person: Person = {
      ask: (question) => prompt(question) ?? undefined,
      print: (text) => context.print(text),
    };
    const answer = askName(person, faultInName);
    const chosen = answer === undefined
      ? undefined
      : template ?? askTemplate(person);
    if (answer !== undefined && chosen !== undefined) {
      return { name: answer, template: chosen };
    }
  }
  throw new UsageError(
    `Cannot make a project: it takes one name, as in "deno task new my-app"`,
  );
}

function templateOf(asked: string): Template {
  const names = TEMPLATES.map(({ name }) => name);
  const found = TEMPLATES.find(({ name }) => name === asked);
  if (found !== undefined) return found;
  const meant = nearest(asked, names);
  throw new UsageError(
    `Cannot use --template "${asked}": there is no such template; ${
      meant === undefined ? "--list shows all" : `did you mean "${meant}"?`
    }`,
  );
}

/** What to type next, all of it as it stands. */
function nextSteps(path: string, template: Template, deno: string): string {
  const { needs, tries } = template;
  return [
    path === "" ? "Made a project here." : `Made a project in ${path}.`,
    ...needs === undefined ? [] : [`Its build needs ${needs}.`],
    "",
    "Serve it:",
    ...path === "" ? [] : [`  cd ${quoted(path)}`],
    `  ${deno} task dev`,
    "",
    "Then, in another terminal:",
    ...tries.map((each) => `  curl ${each}`),
  ].join("\n");
}

/** The folder the user is in: `deno task` goes to Wharf's own first. */
function typedIn({ cwd, env }: CommandContext): string {
  return cwd === WHARF ? env["INIT_CWD"] ?? cwd : cwd;
}

/** What the user types to call Deno, who may have no more of it than npx. */
function denoOf({ env }: CommandContext): string {
  return env["npm_command"] === "exec"
    ? `npx deno@${Deno.version.deno}`
    : "deno";
}
