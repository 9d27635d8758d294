import { createPrivateKey, X509Certificate } from "node:crypto";
import type { Certificate } from "./front_door.ts";
import { ListenError } from "./listen_error.ts";

const CERT = "dev.tls_cert_path";
const KEY = "dev.tls_key_path";

/** Where a certificate and its key lie. */
export interface CertificatePaths {
  readonly cert: string;
  readonly key: string;
}

/**
 * Reads a server's certificate.
 *
 * @throws {ListenError} A file cannot be read, or the two do not belong together.
 */
export async function loadCertificate(
  paths: CertificatePaths,
): Promise<Certificate> {
  const cert = await readText(paths.cert, CERT);
  const key = await readText(paths.key, KEY);
  const parsed = parse(
    { path: paths.cert, what: "PEM certificate", setting: CERT },
    () => new X509Certificate(cert),
  );
  const secret = parse(
    { path: paths.key, what: "PEM private key", setting: KEY },
    () => createPrivateKey(key),
  );
  if (!parsed.checkPrivateKey(secret)) {
    throw new ListenError(
      `Cannot use "${paths.key}": it is not the key of "${paths.cert}"; set ${KEY}`,
    );
  }
  return { cert, key };
}

async function readText(path: string, setting: string): Promise<string> {
  try {
    return await Deno.readTextFile(path);
  } catch (error) {
    const state = error instanceof Deno.errors.NotFound
      ? "no such file"
      : error instanceof Error
      ? error.message
      : String(error);
    throw new ListenError(`Cannot read "${path}": ${state}; set ${setting}`, {
      cause: error,
    });
  }
}

interface Parsing {
  readonly path: string;
  readonly what: string;
  readonly setting: string;
}

function parse<Parsed>(
  { path, what, setting }: Parsing,
  read: () => Parsed,
): Parsed {
  try {
    return read();
  } catch (error) {
    throw new ListenError(
      `Cannot use "${path}": it holds no ${what} that can be read; set ${setting}`,
      { cause: error },
    );
  }
}
