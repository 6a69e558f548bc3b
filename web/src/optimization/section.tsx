import { type ReactNode, useId } from "react";
import { type Knowledge, Known } from "./known";
import classes from "./section.module.css";

interface Props {
  title: string;
  /** Period and currency of what it shows. */
  note?: ReactNode;
  known?: Knowledge;
  action?: ReactNode;
  /** Figures of another question, until those of this one are there. */
  stale?: boolean;
  children: ReactNode;
}

/** A part of a page: its head, and what it shows. */
export function Section({ title, note, known, action, stale = false, children }: Props) {
  const id = useId();
  return (
    <section
      className={`card ${classes.section}`}
      aria-labelledby={id}
      data-stale={stale}
      aria-busy={stale || undefined}
    >
      <div className={classes.head}>
        <div className={classes.title}>
          <h2 id={id}>{title}</h2>
          {known && <Known of={title} {...known} />}
        </div>
        {note && <span className={classes.note}>{note}</span>}
        {action}
      </div>
      {children}
    </section>
  );
}
