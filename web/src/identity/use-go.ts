import { useRouter } from "@tanstack/react-router";
import { useCallback } from "react";

/** Goes to an address of this app as it stands, in place of the page that sent there. */
export function useGo(): (to: string) => void {
  const router = useRouter();
  return useCallback((to) => router.history.replace(to), [router]);
}
