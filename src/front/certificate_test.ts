import { rejects } from "node:assert/strict";
import { loadCertificate } from "./certificate.ts";

Deno.test("loadCertificate() says which file is wrong", async (test) => {
  const folder = await Deno.makeTempDir();
  const path = (name: string) => `${folder}/${name}`;
  try {
    for (const name of ["a", "b"]) {
      // deno-fmt-ignore
      const { success } = await new Deno.Command("openssl", { args: [
        "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
        "-nodes", "-subj", "/CN=localhost",
        "-keyout", path(`${name}.key`), "-out", path(`${name}.pem`),
      ] }).output();
      if (!success) throw new Error("openssl made no certificate");
    }
    await Deno.writeTextFile(path("text"), "no PEM\n");
    await loadCertificate({ cert: path("a.pem"), key: path("a.key") });
    const cases: [cert: string, key: string, message: string][] = [
      [
        "none",
        "a.key",
        `Cannot read "${path("none")}": no such file; set dev.tls_cert_path`,
      ],
      [
        "a.pem",
        "none",
        `Cannot read "${path("none")}": no such file; set dev.tls_key_path`,
      ],
      [
        "text",
        "a.key",
        `Cannot use "${
          path("text")
        }": it holds no PEM certificate that can be read; set dev.tls_cert_path`,
      ],
      [
        "a.pem",
        "text",
        `Cannot use "${
          path("text")
        }": it holds no PEM private key that can be read; set dev.tls_key_path`,
      ],
      [
        "a.pem",
        "b.key",
        `Cannot use "${path("b.key")}": it is not the key of "${
          path("a.pem")
        }"; set dev.tls_key_path`,
      ],
    ];
    for (const [cert, key, message] of cases) {
      await test.step(
        message.replace(folder, ""),
        () =>
          rejects(loadCertificate({ cert: path(cert), key: path(key) }), {
            name: "ListenError",
            message,
          }),
      );
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
