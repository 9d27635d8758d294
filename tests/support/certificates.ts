/**
 * Certificates for servers on this machine, made for one test by openssl.
 *
 * @module
 */

/** A certificate authority and what it has signed. */
export interface Certificates extends AsyncDisposable {
  /** The file of the authority's own certificate. */
  readonly caPath: string;
  /** A certificate for these names and addresses, as openssl writes them: `DNS:localhost`. */
  sign(names: string): Promise<Deno.TlsCertifiedKeyPem>;
}

/** Makes an authority in a folder of its own. */
export async function makeAuthority(): Promise<Certificates> {
  const folder = await Deno.makeTempDir();
  const caPath = `${folder}/ca.pem`;
  let count = 0;
  await openssl(folder, [
    ...["req", "-x509", ...KEY, "-keyout", "ca.key", "-out", "ca.pem"],
    ...["-days", "2", "-subj", "/CN=Wharf tests"],
  ]);
  return {
    caPath,
    async sign(names) {
      const name = `server${count++}`;
      await Deno.writeTextFile(
        `${folder}/${name}.ext`,
        `subjectAltName=${names}\nbasicConstraints=CA:FALSE\n`,
      );
      await openssl(folder, [
        ...["req", ...KEY, "-keyout", `${name}.key`, "-out", `${name}.csr`],
        ...["-subj", "/CN=server"],
      ]);
      await openssl(folder, [
        ...["x509", "-req", "-in", `${name}.csr`, "-CA", "ca.pem"],
        ...["-CAkey", "ca.key", "-CAcreateserial", "-days", "2"],
        ...["-extfile", `${name}.ext`, "-out", `${name}.pem`],
      ]);
      return {
        cert: await Deno.readTextFile(`${folder}/${name}.pem`),
        key: await Deno.readTextFile(`${folder}/${name}.key`),
      };
    },
    [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }),
  };
}

const KEY: readonly string[] = [
  "-newkey",
  "ec",
  "-pkeyopt",
  "ec_paramgen_curve:prime256v1",
  "-nodes",
];

async function openssl(cwd: string, args: readonly string[]): Promise<void> {
  const { success, stderr } = await new Deno.Command("openssl", {
    args: [...args],
    cwd,
    stdout: "null",
    stderr: "piped",
  }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
}
