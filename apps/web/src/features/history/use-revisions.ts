"use client";

import { useQuery } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { useTRPC } from "../../trpc/trpc.ts";

/** Revisions of a row, newest first. A new `version`, the policy's generation and its revision, asks for them anew: the two may come apart. */
export function useRevisions(service: string, source: string, version: string) {
  const trpc = useTRPC();
  const list = useQuery(trpc.revisions.list.queryOptions({ service, source }));
  const { refetch } = list;
  const seen = useRef(version);
  useEffect(() => {
    if (seen.current === version) return;
    seen.current = version;
    void refetch();
  }, [version, refetch]);
  return list;
}
