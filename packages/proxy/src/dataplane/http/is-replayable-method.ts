/** Whether a method may be sent again although the first sending may have been processed (RFC 9110 9.2.2). */
export function isReplayableMethod(method: string): boolean {
  switch (method) {
    case "GET":
    case "HEAD":
    case "OPTIONS":
    case "TRACE":
    case "PUT":
    case "DELETE":
      return true;
    default:
      return false;
  }
}
