import { givenCurl, greetingOf, type StoryGround } from "./story.ts";

/** After each answer comes its status and, if there was none, why. The shell makes the list: a command of that length is refused. */
const counting = `
set --; i=0
while [ $i -lt "$0" ]; do set -- "$@" http://httpbin.httpbin:8080/; i=$((i+1)); done
curl -s -H "connection: close" -w "\\n%{http_code} %{errormsg}\\n" "$@" || true`;

/** Answers of `total` requests, each on a connection of its own, that a pod in 1-23, which knows nothing of Sluice, makes by the service's name: by what answered. */
export async function countAnswers(ground: StoryGround, total: number): Promise<Map<string, number>> {
  await givenCurl(ground, "1-23");
  const text = await ground.kubectl("1-23").run(["exec", "-n", "curl", "deploy/curl", "-c", "curl", "--", "sh", "-c", counting, String(total)], { timeoutMs: 120_000 });
  const counts = new Map([["1-23", 0], ["1-25", 0]]);
  const lines = text.split("\n").map((line) => line.trim()).filter((line) => line !== "" && line !== "200");
  for (const line of lines) {
    const answer = [...counts.keys()].find((cluster) => line === greetingOf(cluster)) ?? line;
    counts.set(answer, (counts.get(answer) ?? 0) + 1);
  }
  return counts;
}
