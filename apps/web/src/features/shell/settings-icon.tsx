export const settingsButtonClass = "grid size-8 shrink-0 place-items-center rounded-full border border-line text-ink-2 hover:bg-sunk pointer-coarse:size-11";

export function SettingsIcon() {
  return (
    <svg aria-hidden="true" width="16" height="16" viewBox="0 0 16 16" fill="none" stroke="currentColor" strokeWidth="1.4" strokeLinecap="round">
      <path d="M2 4.5h7M12 4.5h2M2 11.5h2M7 11.5h7" />
      <circle cx="10.5" cy="4.5" r="1.6" />
      <circle cx="5.5" cy="11.5" r="1.6" />
    </svg>
  );
}
