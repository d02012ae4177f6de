import clsx from "clsx";

/** Grey place of the final size while something is fetched. */
export function Skeleton({ className }: { className: string }) {
  return <div aria-hidden="true" className={clsx("skeleton", className)} />;
}
