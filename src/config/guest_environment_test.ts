import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { temporaryProject } from "./_temporary_project.ts";

const POSIX = { ignore: Deno.build.os === "windows" };

Deno.test(
  "readGuestEnvironment() lets the later source win",
  POSIX,
  async () => {
    await using project = await temporaryProject({
      ".wash/config.yaml": `workload:
  environment:
    config: {A: config, B: config}
    configFrom: [app, more]
    secretFrom: [db]
configs:
  app:
    inline: {B: inline, C: inline, D: inline, E: inline}
    file: app.env
    dir: values
    fromEnv: [E]
  more: {inline: {F: more, A: more}}
  unused: {file: missing.env}
secrets:
  db: {inline: {F: secret}, file: db.env}
`,
      "app.env": '# comment\n\n C = file \r\nD=file\nQUOTED="a=b"\n',
      "values/D": "dir\n",
      "values/.hidden": "x",
      "values/folder/x": "x",
      "db.env": "PASSWORD=hunter2\n",
    });
    await Deno.chmod(`${project.path}/db.env`, 0o600);
    const { config, environment } = await project.load({ env: { E: "env" } });
    deepStrictEqual({ ...config.workload.environment }, {
      A: "more",
      B: "inline",
      C: "file",
      D: "dir\n",
      E: "env",
      QUOTED: '"a=b"',
      F: "secret",
      PASSWORD: "hunter2",
    });
    deepStrictEqual(
      environment.filter(({ key }) => ["F", "PASSWORD", "C"].includes(key)),
      [
        {
          key: "C",
          shown: "file",
          place: { kind: "file", file: "app.env", line: 3, column: 1 },
        },
        {
          key: "F",
          shown: "***",
          place: {
            kind: "file",
            file: ".wash/config.yaml",
            line: 15,
            column: 20,
          },
        },
        {
          key: "PASSWORD",
          shown: "***",
          place: { kind: "file", file: "db.env", line: 1, column: 1 },
        },
      ],
    );
  },
);

Deno.test(
  "readGuestEnvironment() names every source that cannot be read",
  POSIX,
  async () => {
    await using project = await temporaryProject({
      "outside.env": "A=b\n",
      "app/.wash/config.yaml": `workload:
  environment:
    configFrom: [ap, missing, outside, linked, lines, folder, leak]
    secretFrom: [loose]
configs:
  app: {}
  missing: {file: missing.env, dir: missing, fromEnv: [NOT_SET]}
  outside: {file: ../outside.env}
  linked: {file: link.env}
  lines: {file: lines.env}
  folder: {file: dir, dir: lines.env}
  leak: {dir: dir}
secrets:
  loose: {file: loose.env}
`,
      "app/lines.env": "hunter2\n=hunter2\nA=b\n",
      "app/loose.env": "A=hunter2\n",
      "app/dir/": "",
    });
    const { path } = project;
    await Deno.symlink(`${path}/outside.env`, `${path}/app/link.env`);
    await Deno.symlink(`${path}/outside.env`, `${path}/app/dir/leak`);
    await Deno.chmod(`${path}/app/loose.env`, 0o644);
    strictEqual(
      await project.messageOf({ cwd: `${path}/app` }),
      `Cannot read the configuration: 12 problems
.wash/config.yaml:3:18: workload.environment.configFrom[0]: found "ap", no such entry in configs; did you mean "app"?
.wash/config.yaml:7:19: configs.missing.file: found "missing.env", no such file
.wash/config.yaml:7:37: configs.missing.dir: found "missing", no such file
.wash/config.yaml:7:56: configs.missing.fromEnv[0]: found "NOT_SET", not set in the environment
.wash/config.yaml:8:19: configs.outside.file: found "../outside.env", outside the project; write an absolute path if that is meant
.wash/config.yaml:9:18: configs.linked.file: found "link.env", outside the project; write an absolute path if that is meant
.wash/config.yaml:11:18: configs.folder.file: found "dir", not a file
.wash/config.yaml:11:28: configs.folder.dir: found "lines.env", not a folder
.wash/config.yaml:12:15: configs.leak.dir: found "dir", "leak" is a link out of the folder
.wash/config.yaml:14:17: secrets.loose.file: found "loose.env", mode 0644, which must be 0600 or 0400
lines.env:1:1: configs.lines.file: not a NAME=VALUE line
lines.env:2:1: configs.lines.file: not a NAME=VALUE line`,
    );
  },
);

Deno.test(
  "readGuestEnvironment() reads an absolute path and one in the home folder",
  POSIX,
  async () => {
    await using project = await temporaryProject({
      "home/a.env": "A=home\n",
      "abs/b.env": "B=abs\n",
      "app/.wash/": "",
    });
    const { path } = project;
    await Deno.writeTextFile(
      `${path}/app/.wash/config.yaml`,
      "workload: {environment: {configFrom: [a, b]}}\n" +
        `configs: {a: {file: ~/a.env}, b: {file: "${path}/abs/b.env"}}\n`,
    );
    const { config } = await project.load({
      cwd: `${path}/app`,
      env: { HOME: `${path}/home` },
    });
    deepStrictEqual({ ...config.workload.environment }, {
      A: "home",
      B: "abs",
    });
  },
);

Deno.test(
  "readGuestEnvironment() refuses names and values that no variable can have",
  POSIX,
  async () => {
    await using project = await temporaryProject({
      ".wash/config.yaml": "workload: {environment: {configFrom: [a]}}\n" +
        'configs: {a: {inline: {"X=Y": b}, dir: values}}\n',
      "values/N": "a\0b",
      "values/BYTES": "",
    });
    await Deno.writeFile(`${project.path}/values/BYTES`, Uint8Array.of(0xff));
    strictEqual(
      await project.messageOf(),
      `Cannot read the configuration: 3 problems
.wash/config.yaml:2:31: "X=Y" cannot be an environment variable
.wash/config.yaml:2:40: configs.a.dir: found "values", "BYTES": not text in UTF-8
values/N:1:1: "N" cannot be an environment variable`,
    );
  },
);
