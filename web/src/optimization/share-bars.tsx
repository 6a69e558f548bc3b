import { Button } from "@mantine/core";
import { type ReactNode, useState } from "react";
import section from "./section.module.css";
import classes from "./share-bars.module.css";

export interface ShareRow {
  id: string;
  name: ReactNode;
  sub?: string;
  /** For the bar alone. */
  size: number;
  /** Where the bar's full part ends, of an estimate with a low and a high end. */
  low?: number;
  figure: string;
  exact?: string | undefined;
}

const most = 8;

/** Amounts as bars, the largest first; more than a few on request. */
export function ShareBars({ label, rows, none }: { label: string; rows: readonly ShareRow[]; none: string }) {
  const [all, setAll] = useState(false);
  const largest = Math.max(0, ...rows.map((one) => one.size));
  const width = (size: number) => `${largest > 0 ? Math.max(0, (100 * size) / largest) : 0}%`;
  if (rows.length === 0) return <p className={section.none}>{none}</p>;
  return (
    <div className={section.body}>
      <ul className={classes.list} aria-label={label}>
        {(all ? rows : rows.slice(0, most)).map((one) => (
          <li key={one.id}>
            <span className={classes.name}>
              <span>{one.name}</span>
              {one.sub && <small>{one.sub}</small>}
            </span>
            <span className={classes.track} aria-hidden>
              <span
                className={classes.high}
                style={{ width: width(one.size) }}
                data-range={one.low !== undefined}
              />
              {one.low !== undefined && <span className={classes.bar} style={{ width: width(one.low) }} />}
            </span>
            <span className={`${classes.figure} tabular`} title={one.exact}>
              {one.figure}
            </span>
          </li>
        ))}
      </ul>
      {rows.length > most && (
        <Button variant="subtle" size="compact-xs" mt={6} onClick={() => setAll(!all)}>
          {all ? `Show the largest ${most}` : `Show all ${rows.length}`}
        </Button>
      )}
    </div>
  );
}
