import { type ShouldBlockFn, useBlocker } from "@tanstack/react-router";
import { useCallback } from "react";
import { Confirm } from "./confirm";

/** Keeps changes from being lost: asks before the page is left, also by closing the window. */
export function Unsaved({ when, what }: { when: boolean; what: string }) {
  const leaves: ShouldBlockFn = useCallback(
    ({ current, next }) => when && current.pathname !== next.pathname,
    [when],
  );
  const leaving = useBlocker({
    shouldBlockFn: leaves,
    enableBeforeUnload: when,
    disabled: !when,
    withResolver: true,
  });
  return (
    <Confirm
      title="Leave without saving?"
      action="Leave and lose the changes"
      opened={leaving.status === "blocked"}
      pending={false}
      error={null}
      onConfirm={() => leaving.proceed?.()}
      onClose={() => leaving.reset?.()}
    >
      You changed {what}, and have not saved it. Cancel goes back to it.
    </Confirm>
  );
}
