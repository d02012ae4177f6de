/** Names the proxy's own cookie; applications' cookies stay as they are. */
const cookieName = "sluice-session";

// The dot stops at the line's end, so that only fields named Cookie are looked at.
const pattern = new RegExp(`^cookie:(?:.*;)?[\\t ]*${cookieName}=([0-9a-f]{16})[\\t ]*(?:;|$)`, "im");
const cookieField = /^cookie:[\t ]*/im;
const overHttps = /^x-forwarded-proto:[\t ]*https[\t ]*$/im;

/** The session key in a request's kept field lines; null when there is none that a proxy has given out. */
export function sessionOf(kept: string): string | null {
  // Most requests without one are told by this alone.
  if (!kept.includes(cookieName)) return null;
  return pattern.exec(kept)?.[1] ?? null;
}

/** The same field lines with the session key among the cookies; a request has one Cookie field (RFC 6265 5.4). */
export function withSession(kept: string, session: string): string {
  const pair = `${cookieName}=${session}`;
  const field = cookieField.exec(kept);
  if (field === null) return `${kept}Cookie: ${pair}\r\n`;
  return `${kept.slice(0, field.index)}Cookie: ${pair}; ${kept.slice(field.index + field[0].length)}`;
}

/** The field line that gives a session to the caller of a request with these kept field lines. */
export function sessionField(kept: string, session: string): string {
  return `Set-Cookie: ${cookieName}=${session}; Path=/; HttpOnly; SameSite=Lax${overHttps.test(kept) ? "; Secure" : ""}\r\n`;
}

/** A new session key: 64 random bits. It chooses a place and opens nothing, so that it need not be secret. */
export function drawSession(random: () => number): string {
  const half = (): string => Math.floor(random() * 2 ** 32).toString(16).padStart(8, "0");
  return half() + half();
}
