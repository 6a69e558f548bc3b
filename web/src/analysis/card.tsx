import { Skeleton } from "@mantine/core";
import type { ReactNode } from "react";
import { formatExact, formatMoney } from "../lib/money";
import classes from "./summary-cards.module.css";

/** A card of the summary; as high while it loads as when it is there. */
export function Card({
  title,
  note,
  ready,
  children,
}: {
  title: string;
  note: string;
  ready: boolean;
  children: ReactNode;
}) {
  return (
    <article className={`card ${classes.card}`}>
      <div className={classes.head}>
        <h2>{title}</h2>
        <span>{note}</span>
      </div>
      {ready ? (
        children
      ) : (
        <div aria-busy="true">
          <Skeleton height={30} width="60%" my={6} />
          <Skeleton height={14} width="80%" mt={12} />
          <Skeleton height={14} width="50%" mt={8} />
        </div>
      )}
    </article>
  );
}

/** The figure of a card, with its exact value in the tooltip. */
export function Figure({ text, currency, sign = false }: { text: string; currency: string; sign?: boolean }) {
  return (
    <span className={`${classes.figure} tabular`} title={formatExact(text, currency)}>
      {sign && "+"}
      {formatMoney(text, currency)}
    </span>
  );
}
