const pattern = /^(?:[!#$%&'*+.^_`|~0-9A-Za-z-]+:[\t\x20-\x7e\x80-\xff]*\r\n)*$/;
/** Fields that frame, route or authenticate a message mean nothing at its end and mislead who merges them (RFC 9110 6.5.1). */
const dropped =
  /^(?:content-length|transfer-encoding|host|connection|keep-alive|proxy-connection|te|trailer|upgrade|expect|via|authorization|proxy-authorization|cookie|set-cookie|content-encoding|content-type|content-range|x-forwarded-[a-z]+|sluice-[^:]*):/i;

/** The trailer lines that travel on, or null when the section is malformed. */
export function keptTrailers(section: string): string | null {
  if (!pattern.test(section)) return null;
  let kept = "";
  for (const line of section.split("\r\n")) {
    if (line !== "" && !dropped.test(line)) kept += `${line}\r\n`;
  }
  return kept;
}
