import { createPrivateKey, X509Certificate } from "node:crypto";
import type { Certificate } from "./front_door.ts";
import { ListenError } from "./listen_error.ts";

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
  const cert = await readText(paths.cert, "dev.tls_cert_path");
  const key = await readText(paths.key, "dev.tls_key_path");
  const parsed = parse(
    paths.cert,
    "PEM certificate",
    () => new X509Certificate(cert),
  );
  const secret = parse(
    paths.key,
    "PEM private key",
    () => createPrivateKey(key),
  );
  if (!parsed.checkPrivateKey(secret)) {
    throw new ListenError(
      `Cannot use "${paths.key}": it is not the key of "${paths.cert}"; set dev.tls_key_path`,
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

function parse<Parsed>(path: string, what: string, read: () => Parsed): Parsed {
  try {
    return read();
  } catch (error) {
    // The cause could hold a part of the file, which may be a key.
    throw new ListenError(
      `Cannot use "${path}": it holds no ${what} that can be read`,
      { cause: error },
    );
  }
}
