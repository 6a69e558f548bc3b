import { useQueryClient, useSuspenseQuery } from "@tanstack/react-query";
import { useCallback } from "react";
import { rememberCsrfToken } from "./client";
import { sessionQuery } from "./session-query";
import type { RoleName, Session } from "./types";

/** Who asks; only below the shell or a page that has waited for it. */
export function useSession(): Session {
  return useSuspenseQuery(sessionQuery()).data;
}

const ranks: Record<RoleName, number> = { "subset-viewer": 0, viewer: 1, editor: 2, administrator: 3 };

/** Whether the page offers what needs a role. The server decides; this only spares a refusal. */
export function hasRole(session: Session, needed: RoleName): boolean {
  return session.role !== null && ranks[session.role] >= ranks[needed];
}

/** "an administrator", for sentences. */
export function roleInWords(role: string): string {
  const words = role.replace("-", " ");
  return /^[aeiou]/.test(words) ? `an ${words}` : `a ${words}`;
}

/** Takes a new session into use: whatever was loaded for the old one is forgotten. */
export function useBeginSession(): (session: Session | undefined) => void {
  const client = useQueryClient();
  return useCallback(
    (session) => {
      rememberCsrfToken(session?.csrf_token ?? null);
      client.clear();
      if (session) client.setQueryData(sessionQuery().queryKey, session);
    },
    [client],
  );
}
