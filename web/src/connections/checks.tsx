import { Anchor, Loader, Skeleton } from "@mantine/core";
import {
  IconAlertTriangle,
  IconCircleCheck,
  IconCircleDashed,
  IconCircleX,
  IconClockHour4,
  IconExternalLink,
} from "@tabler/icons-react";
import type { Check } from "../api/types";
import { Command } from "../ui/command";
import classes from "./checks.module.css";
import type { VerificationState } from "./use-verification";

const words: Record<Check["state"], string> = {
  waiting: "Waiting",
  running: "Running",
  passed: "Passed",
  failed: "Failed",
  warning: "Warning",
  not_yet: "Not yet",
};

const icons = {
  waiting: IconCircleDashed,
  passed: IconCircleCheck,
  failed: IconCircleX,
  warning: IconAlertTriangle,
  not_yet: IconClockHour4,
};

/** One line a check; what is not in order opens with what was tried, what was answered, and the fix. */
export function Checks({ state }: { state: VerificationState }) {
  if (state.kind === "loading") return <Skeleton height={220} />;
  if (state.kind === "never") return <p className={classes.none}>Nothing was verified yet.</p>;
  return (
    <ol className={classes.list} aria-label="Checks" aria-busy={state.kind === "running"}>
      {state.checks.map((check) => (
        <li key={check.check} className={classes.check} data-state={check.state} data-check={check.check}>
          <Mark state={check.state} />
          <div className={classes.words}>
            <div className={classes.title}>
              {check.title}
              <span className={classes.state}>{words[check.state]}</span>
            </div>
            <Details check={check} />
          </div>
        </li>
      ))}
    </ol>
  );
}

function Mark({ state }: { state: Check["state"] }) {
  if (state === "running") return <Loader size={18} className={classes.mark ?? ""} aria-hidden />;
  const Icon = icons[state];
  return <Icon size={20} stroke={1.8} className={classes.mark} aria-hidden />;
}

function Details({ check }: { check: Check }) {
  if (check.state === "passed") return check.answer && <p className={classes.answer}>{check.answer}</p>;
  if (check.state === "running") return check.tried && <p className={classes.answer}>{check.tried}</p>;
  if (check.state === "waiting") return null;
  // Behind a check that failed: nothing was tried, so nothing can be mended here.
  if (!check.tried && !check.fix) return <p className={classes.answer}>{check.answer}</p>;
  return (
    <dl className={classes.details}>
      {check.tried && (
        <>
          <dt>Tried</dt>
          <dd>{check.tried}</dd>
        </>
      )}
      {check.answer && (
        <>
          <dt>Answer</dt>
          <dd className={classes.quote}>{check.answer}</dd>
        </>
      )}
      {(check.fix || check.fix_command || check.fix_url) && (
        <>
          <dt>{check.state === "not_yet" ? "What happens next" : "Fix"}</dt>
          <dd>
            {check.fix}
            {check.fix_command && (
              <Command label={`Command that mends: ${check.title}`} text={check.fix_command} wrap />
            )}
            {check.fix_url && (
              <Anchor href={check.fix_url} target="_blank" rel="noreferrer" size="sm">
                Open it in the console <IconExternalLink size={14} aria-hidden />
              </Anchor>
            )}
          </dd>
        </>
      )}
    </dl>
  );
}
