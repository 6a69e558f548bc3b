import { useQuery } from "@tanstack/react-query";
import { hasRole, useSession } from "../api/session";
import { trendQueries } from "./queries";

/** What notifies from the start: those who may not see definitions see by it. */
const fromTheStart = ["predefined_robust"];

/** Definitions that notify; undefined until they are known. What others saw alone is only recorded. */
export function useTold(): readonly string[] | undefined {
  const whole = hasRole(useSession(), "viewer");
  const known = useQuery({ ...trendQueries.definitions(), enabled: whole });
  if (!whole || known.error) return fromTheStart;
  return known.data?.definitions.filter((one) => one.notifies && one.on).map((one) => one.id);
}
