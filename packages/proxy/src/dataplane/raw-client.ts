import net from "node:net";

/** For tests: a TCP client that says what it got and how the connection ended. */
export class RawClient {
  readonly socket: net.Socket;
  text = "";
  /** "end": the other side ended orderly; "reset": it was cut. */
  readonly closed: Promise<"end" | "reset">;
  #changed: () => void = () => {};

  constructor(port: number) {
    this.socket = net.connect({ port, host: "127.0.0.1", allowHalfOpen: true });
    let reset = false;
    this.socket.on("data", (bytes: Buffer) => {
      this.text += bytes.toString("latin1");
      this.#changed();
    });
    this.socket.on("error", () => (reset = true));
    this.closed = new Promise((resolve) => {
      this.socket.on("end", () => {
        resolve("end");
        this.socket.end();
        this.#changed();
      });
      this.socket.on("close", () => {
        resolve(reset ? "reset" : "end");
        this.#changed();
      });
    });
  }

  send(text: string): this {
    this.socket.write(text, "latin1");
    return this;
  }

  /** Resolves with all text once it holds `wanted`; rejects when the connection closes before. */
  async until(wanted: string): Promise<string> {
    while (!this.text.includes(wanted)) {
      if (this.socket.closed || this.socket.readableEnded) throw new Error(`closed before ${JSON.stringify(wanted)}: ${JSON.stringify(this.text)}`);
      await new Promise<void>((resolve) => (this.#changed = resolve));
    }
    return this.text;
  }
}
