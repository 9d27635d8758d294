/**
 * HTTP/1.1 over a bare socket, for what `fetch` hides: targets, header lines, framing, and
 * who closes when.
 *
 * @module
 */

/** A response's head as it came. */
export interface RawHead {
  /** `HTTP/1.1` */
  readonly version: string;
  readonly status: number;
  /** Header lines in order; names in lower case, values one character a byte. */
  readonly lines: readonly (readonly [name: string, value: string])[];
}

/** A whole response. */
export interface RawResponse extends RawHead {
  readonly body: Uint8Array<ArrayBuffer>;
}

/** The connection ended where more was due. */
export class UnexpectedEnd extends Error {
  override readonly name = "UnexpectedEnd";
}

const HEAD_END = "\r\n\r\n";

/** A client's side of one connection. Closing it is the client going away. */
export class RawConnection implements Disposable {
  readonly #conn: Deno.TcpConn;
  #received = new Uint8Array(0);
  #open = true;

  constructor(conn: Deno.TcpConn) {
    this.#conn = conn;
  }

  static async open(port: number): Promise<RawConnection> {
    const conn = await Deno.connect({ hostname: "127.0.0.1", port });
    conn.setNoDelay(true);
    return new RawConnection(conn);
  }

  /** Sends bytes; of a string one byte for each character. */
  async send(data: string | Uint8Array): Promise<void> {
    let rest = typeof data === "string" ? latin1(data) : data;
    while (rest.length > 0) {
      rest = rest.subarray(await this.#conn.write(rest));
    }
  }

  /** Sends zeros; `taken` is told of each part that the sockets have taken. */
  async sendZeros(
    length: number,
    taken: (length: number) => void = () => {},
  ): Promise<void> {
    const bytes = new Uint8Array(256 * 1024);
    for (let rest = length; rest > 0;) {
      const count = await this.#conn.write(bytes.subarray(0, rest));
      rest -= count;
      taken(count);
    }
  }

  /** Sends one chunk of a chunked body; an empty one ends it. */
  sendChunk(data: string): Promise<void> {
    return this.send(`${data.length.toString(16)}\r\n${data}\r\n`);
  }

  async readHead(): Promise<RawHead> {
    let end = -1;
    while ((end = indexOf(this.#received, HEAD_END)) < 0) await this.#receive();
    const [statusLine = "", ...lines] = textOf(this.#take(end)).split("\r\n");
    this.#take(HEAD_END.length);
    const [version = "", status = ""] = statusLine.split(" ");
    return {
      version,
      status: Number(status),
      lines: lines.map((line) => {
        const colon = line.indexOf(":");
        return [
          line.slice(0, colon).toLowerCase(),
          line.slice(colon + 1).trim(),
        ];
      }),
    };
  }

  /** Exactly so many bytes. */
  async readExactly(length: number): Promise<Uint8Array<ArrayBuffer>> {
    while (this.#received.length < length) await this.#receive();
    return this.#take(length);
  }

  /** One chunk of a chunked body; empty at its end. Drops trailers. */
  async readChunk(): Promise<Uint8Array<ArrayBuffer>> {
    const size = parseInt(await this.#readLine(), 16);
    if (size === 0) {
      while (await this.#readLine() !== "");
      return new Uint8Array(0);
    }
    const chunk = await this.readExactly(size);
    await this.#readLine();
    return chunk;
  }

  /** The bytes of a chunked body until there are `length` of them. */
  async readChunked(length: number): Promise<Uint8Array<ArrayBuffer>> {
    const chunks: Uint8Array[] = [];
    for (let missing = length; missing > 0; missing -= chunks.at(-1)!.length) {
      chunks.push(await this.readChunk());
      if (chunks.at(-1)!.length === 0) throw new UnexpectedEnd("body");
    }
    return concat(chunks);
  }

  /** The body that belongs to a head, whichever way it is framed. */
  async readBody(
    { status, lines }: RawHead,
    method = "GET",
  ): Promise<Uint8Array<ArrayBuffer>> {
    if (method === "HEAD" || status === 204 || status === 304) {
      return new Uint8Array(0);
    }
    const [length] = valuesOf(lines, "content-length");
    if (length !== undefined) return await this.readExactly(Number(length));
    if (valuesOf(lines, "transfer-encoding").includes("chunked")) {
      const chunks: Uint8Array[] = [];
      do chunks.push(await this.readChunk()); while (chunks.at(-1)!.length > 0);
      return concat(chunks);
    }
    await this.readToEnd();
    return this.#take(this.#received.length);
  }

  async readResponse(method?: string): Promise<RawResponse> {
    const head = await this.readHead();
    return { ...head, body: await this.readBody(head, method) };
  }

  /** Sends a request and reads its response; the head's last line is empty. */
  async exchange(request: string): Promise<RawResponse> {
    await this.send(request);
    return await this.readResponse(request.slice(0, request.indexOf(" ")));
  }

  /** Reads so many bytes and drops them. */
  async discard(length: number): Promise<void> {
    let missing = length - this.#take(length).length;
    const buffer = new Uint8Array(256 * 1024);
    while (missing > 0) {
      const count = await this.#conn.read(buffer.subarray(0, missing));
      if (count === null) throw new UnexpectedEnd(`${missing} bytes missing`);
      missing -= count;
    }
  }

  /** How many bytes the server sends before it closes; a reset counts as closing. */
  async readToEnd(): Promise<number> {
    try {
      while (true) await this.#receive();
    } catch (error) {
      if (!(error instanceof UnexpectedEnd)) throw error;
    }
    return this.#received.length;
  }

  close(): void {
    if (!this.#open) return;
    this.#open = false;
    this.#conn.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  async #readLine(): Promise<string> {
    let end = -1;
    while ((end = indexOf(this.#received, "\r\n")) < 0) await this.#receive();
    const line = textOf(this.#take(end));
    this.#take(2);
    return line;
  }

  #take(length: number): Uint8Array<ArrayBuffer> {
    const taken = this.#received.slice(0, length);
    this.#received = this.#received.subarray(length);
    return taken;
  }

  async #receive(): Promise<void> {
    const buffer = new Uint8Array(64 * 1024);
    const count = await this.#conn.read(buffer).catch((error) => {
      if (error instanceof Deno.errors.ConnectionReset) return null;
      throw error;
    });
    if (count === null) {
      throw new UnexpectedEnd(
        `the connection ended after ${
          JSON.stringify(textOf(this.#received.subarray(0, 200)))
        }`,
      );
    }
    this.#received = concat([this.#received, buffer.subarray(0, count)]);
  }
}

/** The values of every line of that name, in order. */
export function valuesOf(lines: RawHead["lines"], name: string): string[] {
  return lines.filter(([key]) => key === name).map(([, value]) => value);
}

/** Bytes as text, one character each. */
export function textOf(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return text;
}

/** Text as bytes, one for each character. */
export function latin1(text: string): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(text.length);
  for (let at = 0; at < text.length; at++) bytes[at] = text.charCodeAt(at);
  return bytes;
}

function concat(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(
    parts.reduce((sum, { length }) => sum + length, 0),
  );
  let offset = 0;
  for (const part of parts) {
    all.set(part, offset);
    offset += part.length;
  }
  return all;
}

function indexOf(bytes: Uint8Array, text: string): number {
  const wanted = latin1(text);
  for (let at = 0; at + wanted.length <= bytes.length; at++) {
    if (wanted.every((byte, index) => bytes[at + index] === byte)) return at;
  }
  return -1;
}
