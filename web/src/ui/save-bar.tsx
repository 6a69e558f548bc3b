import { Button } from "@mantine/core";
import type { Newer } from "./conflict";
import { FormProblem } from "./form-problem";
import classes from "./save-bar.module.css";

interface Props {
  /** Why it cannot be saved yet; undefined when it can. */
  missing: string | undefined;
  changed: boolean;
  saved: boolean;
  pending: boolean;
  error: unknown;
  newer?: Newer;
  action: string;
  onSave: () => void;
  onDiscard: () => void;
}

/** Below a long form: whether anything is unsaved, what is missing, and the way to keep or to drop it. */
export function SaveBar({
  missing,
  changed,
  saved,
  pending,
  error,
  newer,
  action,
  onSave,
  onDiscard,
}: Props) {
  const state = changed ? (missing ?? "Not saved yet.") : saved ? "Saved." : "Nothing is changed.";
  return (
    <>
      <FormProblem error={error} newer={newer} />
      <div className={`card ${classes.bar}`}>
        <span className={classes.state} data-bad={changed && missing !== undefined} role="status">
          {state}
        </span>
        <Button variant="default" disabled={!changed || pending} onClick={onDiscard}>
          Discard
        </Button>
        <Button loading={pending} disabled={!changed || missing !== undefined} onClick={onSave}>
          {action}
        </Button>
      </div>
    </>
  );
}
