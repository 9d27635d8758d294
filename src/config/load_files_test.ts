import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { temporaryProject } from "./_temporary_project.ts";
import { formatPlace } from "./place.ts";

Deno.test("loadConfig() finds the nearest project upwards", async () => {
  await using project = await temporaryProject({
    ".wash/config.yaml": "",
    "inner/.wash/config.json": '{"dev": {"instance_reuse": 7}}',
    "inner/src/deep/": "",
    "other/.wash/": "",
  });
  const { path } = project;
  const inner = await project.load({ cwd: `${path}/inner/src/deep` });
  strictEqual(inner.config.project, `${path}/inner`);
  strictEqual(inner.config.file, `${path}/inner/.wash/config.json`);
  strictEqual(inner.config.dev.instanceReuse, 7);
  strictEqual(
    formatPlace(inner.origins["dev.instance_reuse"]!),
    "../../.wash/config.json:1:28",
  );
  const outer = await project.load({ cwd: `${path}/other` });
  strictEqual(outer.config.project, path);
});

Deno.test("loadConfig() reads all four formats alike", async () => {
  const files = {
    "config.yaml":
      "dev:\n  address: 1.2.3.4:5\n  volumes: [{host_path: a, guest_path: /b}]\n",
    "config.yml":
      "{dev: {address: 1.2.3.4:5, volumes: [{host_path: a, guest_path: /b}]}}",
    "config.json":
      '{"dev": {"address": "1.2.3.4:5", "volumes": [{"host_path": "a", "guest_path": "/b"}]}}',
    "config.toml":
      '[dev]\naddress = "1.2.3.4:5"\n[[dev.volumes]]\nhost_path = "a"\nguest_path = "/b"\n',
  };
  for (const [name, text] of Object.entries(files)) {
    await using project = await temporaryProject({ [`.wash/${name}`]: text });
    const { config, settings } = await project.load();
    deepStrictEqual(config.dev.address, { hostname: "1.2.3.4", port: 5 });
    deepStrictEqual(
      settings.filter(({ key }) => key.startsWith("dev.volumes"))
        .map(({ key, shown }) => `${key} = ${shown}`),
      [
        `dev.volumes[0].host_path = ${project.path}/a`,
        "dev.volumes[0].guest_path = /b",
      ],
      name,
    );
  }
});

Deno.test("loadConfig() reads the first of several files and warns of the others", async () => {
  await using project = await temporaryProject({
    ".wash/config.toml": "x = 1",
    ".wash/config.yml": "dev: {instance_reuse: 2}",
    ".wash/config.json": "{",
  });
  const { config, warnings } = await project.load();
  strictEqual(config.dev.instanceReuse, 2);
  deepStrictEqual(warnings, [
    ".wash/config.json, .wash/config.toml: ignored, because .wash/config.yml is read",
  ]);
});

Deno.test("loadConfig() needs no file where a component is named", async () => {
  await using project = await temporaryProject({});
  const { config, settings } = await project.load({
    flags: { component: "built/a.wasm" },
  });
  const { path } = project;
  strictEqual(config.project, path);
  strictEqual("file" in config, false);
  strictEqual("command" in config.dev, false);
  strictEqual(config.dev.componentPath, `${path}/built/a.wasm`);
  strictEqual(settings.length, 21);
});

Deno.test("loadConfig() reads paths of a file in the project, of flags in the working directory", async () => {
  await using project = await temporaryProject({
    ".wash/config.yaml":
      "dev: {wasi_keyvalue_path: ~/kv, wasi_keyvalue_deno_kv: a/kv}",
    "src/": "",
  });
  const { path } = project;
  const { config } = await project.load({
    cwd: `${path}/src`,
    env: { HOME: "/home/me", WASH_BUILD_COMPONENT_PATH: "env.wasm" },
    flags: { component: "../flag.wasm" },
    userConfigDir: `${path}/none`,
  });
  strictEqual(config.dev.keyvalue.path, "/home/me/kv");
  strictEqual(config.dev.keyvalue.denoKv, `${path}/a/kv`);
  strictEqual(config.build.componentPath, `${path}/src/env.wasm`);
  strictEqual(config.dev.componentPath, `${path}/flag.wasm`);
});

Deno.test("loadConfig() finds the user's file in XDG_CONFIG_HOME, else below HOME", async () => {
  await using project = await temporaryProject({
    ".wash/config.yaml": "",
    "xdg/wash/config.yaml": "dev: {instance_reuse: 2}",
    "home/.config/wash/config.yaml": "dev: {instance_reuse: 3}",
  });
  const { path } = project;
  const reuse = async (env: Record<string, string>) =>
    (await project.load({ env })).config.dev.instanceReuse;
  strictEqual(
    await reuse({ XDG_CONFIG_HOME: `${path}/xdg`, HOME: `${path}/home` }),
    2,
  );
  strictEqual(await reuse({ HOME: `${path}/home` }), 3);
  strictEqual(await reuse({}), 1);
});
