/** The steps by which a cluster leaves, in order. */
export const leaveSteps = ["shares", "imports", "detach", "credentials"] as const;
export type LeaveStep = (typeof leaveSteps)[number];

/** Reasons of the condition `Leaving`: which step it is at, and whether a person must do something before it goes on. */
export const leaveReasons = {
  StillGivenShare: { step: "shares", stuck: true },
  SourceUnreachable: { step: "shares", stuck: true },
  EpochOlder: { step: "shares", stuck: true },
  RemovingImports: { step: "imports", stuck: false },
  MemberUnreachable: { step: "detach", stuck: true },
  Detaching: { step: "detach", stuck: false },
  NoAttachmentController: { step: "detach", stuck: true },
  Left: { step: "credentials", stuck: false },
} as const satisfies Record<string, { step: LeaveStep; stuck: boolean }>;

export type LeaveReason = keyof typeof leaveReasons;
