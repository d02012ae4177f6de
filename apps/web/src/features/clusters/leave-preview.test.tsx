import type { LeavePreviewView } from "@sluice/api/views/cluster-view";
import { renderToStaticMarkup } from "react-dom/server";
import { IntlProvider } from "use-intl";
import { expect, it, vi } from "vitest";
import en from "../../messages/en.json" with { type: "json" };
import { LeavePreview } from "./leave-preview.tsx";

vi.mock("../../trpc/use-clusters.ts", () => ({ useClusterLook: () => (key: string) => ({ name: key }) }));
vi.mock("../../format/use-format.ts", () => ({ useFormat: () => ({ share: (permille: number) => `${permille / 10} %` }) }));

const preview: LeavePreviewView = { policies: [], unreadable: [], away: false, attached: [], sentAway: [] };
const draw = (given: Partial<LeavePreviewView>) =>
  renderToStaticMarkup(
    <IntlProvider locale="en" messages={en} timeZone="UTC">
      <LeavePreview preview={{ ...preview, ...given }} name="1-25" />
    </IntlProvider>,
  );

it("warns of nothing where nothing stands in the way", () => {
  expect(draw({})).not.toContain("alert");
});

it.each<[Partial<LeavePreviewView>, string]>([
  [{ policies: [{ service: "shop/web", source: "1-23", permille: 91 }] }, "These policies still send requests to 1-25"],
  [{ unreadable: ["1-23"] }, "What policies in 1-23 ask can&#x27;t be seen now"],
  [{ away: true }, "the attached services and the record that it holds would stay there"],
])("warns of %j", (given, words) => {
  expect(draw(given)).toMatch(new RegExp(`role="alert".*${words}`));
});
