import { describe, expect, test } from "vitest";
import { CurlUsageError, parseCurlOptions } from "./curl-options.ts";

describe("parseCurlOptions", () => {
  test("reads flags that stand together, attached values and several URLs", () => {
    const options = parseCurlOptions(["-sS", "-XPOST", "-H", "A: b:c", "-d", "x=1", "--data", "y=2", "-m", "1.5", "http://a/", "b:81"]);
    expect(options).toMatchObject({ silent: true, showError: true, method: "POST", headers: [["A", "b:c"]], body: "x=1&y=2", timeoutMs: 1500, urls: ["http://a/", "b:81"] });
  });

  test.each([
    [["--socks5", "x", "http://a"], "option --socks5: is unknown"],
    [["-sZ", "http://a"], "option -Z: is unknown"],
    [["http://a", "-o"], "option -o: requires parameter"],
    [[], "no URL specified"],
  ])("refuses %j", (argv, message) => {
    expect(() => parseCurlOptions(argv)).toThrow(CurlUsageError);
    expect(() => parseCurlOptions(argv)).toThrow(message);
  });
});
