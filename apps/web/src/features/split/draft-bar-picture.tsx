"use client";

import { clusterColor, hatchStyle, onClusterColor } from "../../components/cluster-color.ts";

export interface PicturePart {
  key: string;
  name: string;
  color: number | null;
  livePermille: number;
  draftPermille: number;
}

interface DraftBarPictureProps {
  parts: PicturePart[];
  label: string;
  share: (permille: number) => string;
}

/** The bar of a row: solid is live, hatched is what the draft would add. */
export function DraftBarPicture({ parts, label, share }: DraftBarPictureProps) {
  return (
    <div role="img" aria-label={label} className="flex h-[30px] w-full overflow-hidden rounded-[7px]">
      {parts.map((part, index) => {
        const solid = Math.min(part.livePermille, part.draftPermille);
        const gain = part.draftPermille - solid;
        const hatched = gain > 0 ? <span key="gain" data-testid="draft-part" className="hatch h-full" style={{ ...hatchStyle(part.color), width: `${gain / 10}%` }} /> : null;
        const live = (
          <span key="live" className="@container h-full overflow-hidden" style={{ width: `${solid / 10}%`, background: clusterColor(part.color), color: onClusterColor(part.color) }}>
            {/* Words only where they fit: a clipped figure would be a wrong one. */}
            <span className={`hidden h-full items-center px-2.5 text-xs font-[580] whitespace-nowrap @min-[58px]:flex ${index === 0 ? "" : "justify-end"}`}>
              <span className="hidden @min-[120px]:inline">{part.name}&nbsp;·&nbsp;</span>
              {share(solid)}
            </span>
          </span>
        );
        return (
          <span key={part.key} className="contents">
            {index === 0 ? live : hatched}
            {index === 0 ? hatched : live}
          </span>
        );
      })}
    </div>
  );
}
