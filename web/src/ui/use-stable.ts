import { useRef, useState } from "react";

// biome-ignore lint/suspicious/noExplicitAny: functions of any kind; their own types stay
type Actions = Record<string, (...values: any[]) => void>;

/** Actions that stay the same from one drawing to the next and do what the newest of them do, so that what they are
 *  given to is not drawn again for them alone. */
export function useStable<T extends Actions>(actions: T): T {
  const latest = useRef(actions);
  latest.current = actions;
  const [stable] = useState(
    () =>
      Object.fromEntries(
        Object.keys(actions).map((name) => [
          name,
          (...values: unknown[]) => latest.current[name]?.(...values),
        ]),
      ) as T,
  );
  return stable;
}
