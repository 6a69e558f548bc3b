import { useQueryClient, useSuspenseQuery } from "@tanstack/react-query";
import { useCallback } from "react";
import { rememberCsrfToken } from "./client";
import { sessionQuery } from "./session-query";
import type { RoleName, Session } from "./types";

/** Who asks; only below the shell or a page that has waited for it. */
export function useSession(): Session {
  return useSuspenseQuery(sessionQuery()).data;
}

const ranks: Record<RoleName, number> = { viewer: 0, editor: 1, administrator: 2 };

/** Whether the page offers what needs a role. The server decides; this only spares a refusal. */
export function hasRole(session: Session, needed: RoleName): boolean {
  return session.role !== null && ranks[session.role] >= ranks[needed];
}

/** "an administrator", for sentences. */
export function roleInWords(role: string): string {
  return /^[aeiou]/.test(role) ? `an ${role}` : `a ${role}`;
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
