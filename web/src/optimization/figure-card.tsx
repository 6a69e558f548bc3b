import { Skeleton } from "@mantine/core";
import type { ReactNode } from "react";
import classes from "./cards.module.css";
import { type Knowledge, Known } from "./known";

interface Props {
  title: string;
  /** Its period, and what of it is shown. */
  note?: ReactNode;
  /** Undefined while it is on its way. */
  figure: string | undefined;
  /** All its digits. */
  exact?: string | undefined;
  known?: Knowledge;
  /** Which colour stands at its edge. */
  tone?: "spot" | "commitment" | "waste";
  children?: ReactNode;
}

/** A figure of its own: what, how much, when, and how it is known. */
export function FigureCard({ title, note, figure, exact, known, tone, children }: Props) {
  return (
    <article className={`card ${classes.card}`} data-tone={tone} aria-busy={figure === undefined}>
      <div className={classes.head}>
        <h2>{title}</h2>
        {known && <Known of={title} {...known} />}
      </div>
      {figure === undefined ? (
        <Skeleton height={30} width="65%" my={4} />
      ) : (
        <p className={`${classes.figure} tabular`} title={exact}>
          {figure}
        </p>
      )}
      {note && <p className={classes.note}>{note}</p>}
      {children}
    </article>
  );
}
