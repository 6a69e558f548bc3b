import { Progress } from "@mantine/core";
import { IconCheck } from "@tabler/icons-react";
import classes from "./stepper.module.css";
import type { Step } from "./steps";

interface Props {
  steps: readonly Step[];
  at: number;
  reached: number;
  onStep: (at: number) => void;
}

/** Where one is; steps that were reached can be gone back to. Narrow screens show one line. */
export function Stepper({ steps, at, reached, onStep }: Props) {
  return (
    <nav aria-label="Steps" className={classes.stepper}>
      <p className={classes.short}>
        Step {at + 1} of {steps.length}
      </p>
      <Progress
        className={classes.bar}
        value={(100 * (at + 1)) / steps.length}
        size={4}
        aria-label={`Step ${at + 1} of ${steps.length}`}
      />
      <ol className={classes.list}>
        {steps.map((step, index) => (
          <li key={step.id}>
            <button
              type="button"
              className={classes.step}
              data-done={index < reached && index !== at}
              aria-current={index === at ? "step" : undefined}
              disabled={index > reached}
              onClick={() => onStep(index)}
            >
              <span className={classes.mark} aria-hidden>
                {index < reached && index !== at ? <IconCheck size={14} stroke={2.4} /> : index + 1}
              </span>
              {step.title}
            </button>
          </li>
        ))}
      </ol>
    </nav>
  );
}
