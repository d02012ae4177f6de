const waitingMax = 1_000;
const redialMs = 100;

/** Sends messages over one WebSocket. */
export interface WebSocketCaller {
  /** Sends one more; its answer is counted when it comes. */
  send(): void;
  /** Ends it in an orderly way; nothing is counted any more. */
  close(): void;
}

/**
 * Keeps one WebSocket to `url` (http:), dialled anew whenever it has ended, and calls `count` for each answer. What was not
 * answered when the other end closed in an orderly way is sent again, as that end has not read it (RFC 6455 5.5.1); when
 * the connection broke, each such message is counted as lost, and the break as one if there is none.
 */
export function callWebSocket(url: string, count: (answer: string) => void): WebSocketCaller {
  /** Sent, or to be sent as soon as there is a connection. */
  let waiting = 0;
  let socket: WebSocket;
  let ended = false;
  let redial: NodeJS.Timeout | undefined;
  const dial = (): void => {
    socket = new WebSocket(url.replace(/^http:/, "ws:"));
    let opened = false;
    socket.addEventListener("open", () => {
      opened = true;
      for (let each = 0; each < waiting; each += 1) socket.send("hello");
    });
    socket.addEventListener("message", ({ data }) => {
      waiting -= 1;
      count(String(data));
    });
    socket.addEventListener("close", ({ wasClean, code }) => {
      if (ended) return;
      if (!opened) count("error: no WebSocket");
      else if (!wasClean) {
        for (let each = Math.max(1, waiting); each > 0; each -= 1) count(`error: the WebSocket broke (${code})`);
        waiting = 0;
      }
      redial = setTimeout(dial, opened && wasClean ? 0 : redialMs);
    });
  };
  dial();
  return {
    send() {
      if (waiting >= waitingMax) {
        count("error: too many messages wait for an answer");
        return;
      }
      waiting += 1;
      if (socket.readyState === WebSocket.OPEN) socket.send("hello");
    },
    close() {
      ended = true;
      clearTimeout(redial);
      socket.close(1000);
    },
  };
}
