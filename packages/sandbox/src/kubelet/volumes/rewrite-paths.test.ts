import { describe, expect, it } from "vitest";
import { rewritePaths } from "./rewrite-paths.ts";

const mounts = [
  { mountPath: "/etc/config", realPath: "/p/volumes/config" },
  { mountPath: "/etc/config/secret/", realPath: "/p/volumes/secret" },
  { mountPath: "/data", realPath: "/p/volumes/data" },
];

describe("rewritePaths", () => {
  const cases: [text: string, expected: string][] = [
    ["/etc/config", "/p/volumes/config"],
    ["/etc/config/app.yaml", "/p/volumes/config/app.yaml"],
    ["--file=/etc/config/app.yaml", "--file=/p/volumes/config/app.yaml"],
    ["cat /data/a /data/b; echo '/data'", "cat /p/volumes/data/a /p/volumes/data/b; echo '/p/volumes/data'"],
    ["/a:/data:/b", "/a:/p/volumes/data:/b"],
    ["/etc/config/secret/key", "/p/volumes/secret/key"],
    ["/etc/configuration", "/etc/configuration"],
    ["/etc/config.d", "/etc/config.d"],
    ["/var/data", "/var/data"],
    ["http://host/data", "http://host/data"],
    ["nothing of it", "nothing of it"],
  ];
  it.each(cases)("%s", (text, expected) => expect(rewritePaths(text, mounts)).toBe(expected));

  it("leaves everything without mounts", () => expect(rewritePaths("/data", [])).toBe("/data"));
});
