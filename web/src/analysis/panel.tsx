import { Skeleton } from "@mantine/core";
import type { ReactNode } from "react";
import classes from "./panel.module.css";

interface Props {
  title: string;
  /** Period and currency of its figures. */
  note: ReactNode;
  action?: ReactNode;
  children: ReactNode;
}

/** A list of accounts beside another; as high while it loads as when ten are there. */
export function Panel({ title, note, action, children }: Props) {
  return (
    <section className={`card ${classes.panel}`} aria-label={title}>
      <div className={classes.head}>
        <div>
          <h2>{title}</h2>
          <span>{note}</span>
        </div>
        {action}
      </div>
      <div className={classes.body}>{children}</div>
    </section>
  );
}

export function PanelSkeleton() {
  return (
    <div aria-busy="true">
      {Array.from({ length: 10 }, (_, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: ten equal bars
        <Skeleton key={at} height={16} my={17} width={`${96 - 5 * at}%`} />
      ))}
    </div>
  );
}

/** A bar of a share of the widest; its figure stands beside it. */
export function Bar({ percent, kind }: { percent: number; kind?: "score" }) {
  return (
    <span className={classes.track} aria-hidden>
      <span
        className={classes.bar}
        data-kind={kind}
        style={{ width: `${Math.min(100, Math.max(0, percent))}%` }}
      />
    </span>
  );
}
