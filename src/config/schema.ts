/**
 * Every key of the configuration file: this table, with `dev_schema.ts` for what is below
 * `dev`, is the only place that lists them. To honour a key that is `notYet`, delete that
 * mark and give the value a home in `config.ts` and `to_config.ts`.
 *
 * @module
 */

import { DEPLOY } from "./deploy_schema.ts";
import { DEV } from "./dev_schema.ts";
import { HOST_PLUGINS, WORKLOAD_LISTS } from "./workload_schema.ts";
import { SERVE } from "./serve_schema.ts";
import { leaf, listOf, namesTo, type Section, section } from "./schema_node.ts";
import {
  BOOLEAN,
  COMMAND,
  ENVIRONMENT_VALUE,
  PATH,
  TEXT,
} from "./value_rule.ts";

const VALUE = leaf(TEXT, "A value");
const VARIABLE = leaf(ENVIRONMENT_VALUE, "The variable's value");

function sources(doc: string, secret: boolean) {
  return namesTo(
    section(
      "Where the values come from; of two with one name the later key's wins: inline, file, dir, fromEnv",
      {
        inline: namesTo(
          VALUE,
          "Values written here",
          secret ? { secret: true } : {},
        ),
        file: leaf(
          PATH,
          secret
            ? "A file of NAME=VALUE lines, with mode 0600 or 0400"
            : "A file of NAME=VALUE lines",
        ),
        dir: leaf(PATH, "A folder with a file for each value, named after it"),
        fromEnv: listOf(
          leaf(TEXT, "A variable's name"),
          "Environment variables to take over",
        ),
      },
    ),
    doc,
  );
}

/** The whole file. */
export const SCHEMA: Section = section(
  "The configuration of a component project",
  {
    version: leaf(
      TEXT,
      "The wash version that the file was written for; read and not enforced",
    ),
    build: section("How the component is built", {
      command: leaf(
        COMMAND,
        "The shell command that builds the component, run in the project's folder",
      ),
      env: namesTo(VARIABLE, "Environment variables of the build command", {
        environment: true,
      }),
      component_path: leaf(
        PATH,
        "The file that the build command writes; the command finds it in WASH_COMPONENT_PATH",
        { defaultText: "<project folder's name>.wasm" },
      ),
    }),
    dev: DEV,
    serve: SERVE,
    deploy: DEPLOY,
    workload: section("What the component is given", {
      environment: section(
        "The environment variables that the component sees; of two with one name the later key's wins",
        {
          config: namesTo(VARIABLE, "Variables written here", {
            environment: true,
          }),
          configFrom: listOf(
            leaf(TEXT, "A name in configs"),
            "Entries of configs whose values become variables",
          ),
          secretFrom: listOf(
            leaf(TEXT, "A name in secrets"),
            "Entries of secrets whose values become variables",
          ),
        },
      ),
      config: namesTo(
        VALUE,
        "What the component reads through wasi:config/store",
      ),
      ...WORKLOAD_LISTS,
    }),
    configs: sources(
      "Named sets of values for workload.environment.configFrom",
      false,
    ),
    secrets: sources(
      "Named sets of values for workload.environment.secretFrom; they are never shown",
      true,
    ),
    new: section("What happens after a template is copied", {
      command: leaf(COMMAND, "The shell command that prepares the new project"),
    }),
    wit: section("Where wash fetches WIT packages from", {
      registries: listOf(
        section("A registry", {
          url: leaf(TEXT, "Its URL", { required: true }),
          username: leaf(TEXT, "The user to log in as"),
          token: leaf(TEXT, "The token to log in with", { secret: true }),
        }, { together: ["username", "token"] }),
        "Registries to ask",
      ),
      skip_fetch: leaf(BOOLEAN, "Whether to leave wit/deps as it is", {
        default: false,
      }),
      wit_dir: leaf(PATH, "The folder of the WIT files"),
      sources: namesTo(
        leaf(TEXT, "A path, URL or OCI reference"),
        "Where single packages come from",
      ),
    }, { notYet: true }),
    host: section("Settings of wash host", { hostPlugins: HOST_PLUGINS }, {
      notYet: true,
    }),
  },
);
