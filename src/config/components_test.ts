import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { temporaryProject, yamlProject } from "./_temporary_project.ts";

Deno.test("dev.components: files are the project's, environment and config lie over the workload's", async () => {
  await using project = await temporaryProject({
    ".wash/config.yaml": `dev:
  components:
    - {name: plain, file: plain.wasm}
    - name: full
      file: /elsewhere/full.wasm
      pullPolicy: never
      environment: {config: {A: own, B: own}, configFrom: [more]}
      config: {k: own, l: own}
      allowedHosts: []
workload:
  environment: {config: {A: all, C: all}}
  config: {k: all, m: all}
configs: {more: {inline: {B: more}}}
`,
  });
  const { config } = await project.load();
  const [plain, full] = config.dev.components;
  deepStrictEqual(structuredClone(plain), {
    name: "plain",
    file: `${project.path}/plain.wasm`,
    environment: { A: "all", C: "all" },
    config: { k: "all", m: "all" },
  });
  deepStrictEqual(structuredClone(full), {
    name: "full",
    file: "/elsewhere/full.wasm",
    environment: { A: "own", B: "more", C: "all" },
    config: { k: "own", l: "own", m: "all" },
    egress: { hosts: [], lookups: [], loopbackPorts: [] },
  });
  deepStrictEqual({ ...config.workload.environment }, { A: "all", C: "all" });
});

Deno.test("dev.components: without it there are none", async () => {
  await using project = await yamlProject("dev: {}\n");
  const { config } = await project.load();
  deepStrictEqual(config.dev.components, []);
});

/** Each a mistake, and the lines that name it. */
const MISTAKES: Record<string, readonly [yaml: string, ...lines: string[]]> = {
  "an image": [
    "dev: {components: [{name: a, image: ghcr.io/a/b}]}\n",
    '1:37: dev.components[0].image: found "ghcr.io/a/b", images cannot be fetched from registries yet; ' +
    "name a file that holds the component with file",
  ],
  "neither file nor image": [
    "dev: {components: [{name: a}]}\n",
    '1:20: dev.components[0]: no key "file"',
  ],
  "two of one name": [
    "dev: {components: [{name: a, file: b}, {name: a, file: c}]}\n",
    '1:47: dev.components[1].name: found "a", the name of dev.components[0] too',
  ],
  "no name": [
    'dev: {components: [{name: "", file: b}]}\n',
    '1:27: dev.components[0].name: found "", empty',
  ],
  "a source that is not there, and one that is wrong for two of them": [
    "dev: {components: [{name: a, file: b, environment: {configFrom: [d, e]}}, " +
    "{name: b, file: b, environment: {configFrom: [e]}}]}\n" +
    "configs: {e: {fromEnv: [NOT_SET]}}\n",
    '1:66: dev.components[0].environment.configFrom[0]: found "d", no such entry in configs; did you mean "e"?',
    '2:25: configs.e.fromEnv[0]: found "NOT_SET", not set in the environment',
  ],
};

for (const [what, [yaml, ...lines]] of Object.entries(MISTAKES)) {
  Deno.test(`dev.components: ${what}`, async () => {
    await using project = await yamlProject(yaml);
    const [, ...found] = (await project.messageOf()).split("\n");
    deepStrictEqual(
      found,
      lines.map((line) => `.wash/config.yaml:${line}`),
    );
  });
}

Deno.test("dev.components: what is said of instances is not supported, and said so", async () => {
  await using project = await yamlProject(
    "dev: {components: [{name: a, file: b, poolSize: 2}]}\n",
  );
  const { warnings } = await project.load();
  strictEqual(
    warnings[0],
    "not supported yet and ignored: dev.components[0].poolSize (.wash/config.yaml:1:39)",
  );
});
