import { Skeleton } from "@mantine/core";
import type { ReactNode } from "react";
import { formatExact, formatMoney } from "../lib/money";
import classes from "./summary-cards.module.css";

interface Props {
  title: string;
  note: ReactNode;
  ready: boolean;
  children: ReactNode;
}

/** A card of the summary; as high while it loads as when it is there. */
export function Card({ title, note, ready, children }: Props) {
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

/** The figure of a card, with its exact value in the tooltip; a click opens the rows behind it. */
export function Figure({
  text,
  currency,
  onExplain,
}: {
  text: string;
  currency: string;
  onExplain?: () => void;
}) {
  const className = `${classes.figure} tabular`;
  const exact = formatExact(text, currency);
  if (!onExplain) {
    return (
      <span className={className} title={exact}>
        {formatMoney(text, currency)}
      </span>
    );
  }
  return (
    <button type="button" className={className} title={`${exact} · explain`} onClick={onExplain}>
      {formatMoney(text, currency)}
    </button>
  );
}
