/** The mark: two posts, a gate half raised, water below. */
export function Logo({ gate = "var(--accent)", size = 20 }: { gate?: string; size?: number }) {
  return (
    <svg aria-hidden="true" width={size} height={size} viewBox="0 0 20 20" fill="none">
      <rect x="1" y="1" width="3" height="18" rx="1" fill="currentColor" />
      <rect x="16" y="1" width="3" height="18" rx="1" fill="currentColor" />
      <rect x="5.5" y="1.5" width="9" height="8" rx="1" fill={gate} />
      <path d="M5.5 13.2c1.5-1 3 1 4.5 0s3 1 4.5 0M5.5 17c1.5-1 3 1 4.5 0s3 1 4.5 0" stroke={gate} strokeWidth="1.6" strokeLinecap="round" />
    </svg>
  );
}
