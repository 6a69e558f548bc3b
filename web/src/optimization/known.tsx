import { ActionIcon, Popover } from "@mantine/core";
import { IconInfoCircle } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import type { AnalysisState } from "../address/state";
import classes from "./known.module.css";

export interface Knowledge {
  /** What the figure is, in a sentence or a few. */
  what: ReactNode;
  /** What was assumed, shortened or is not known. */
  assumed?: readonly string[] | undefined;
  /** Where the rows behind it are. */
  rows?: AnalysisState | undefined;
}

/** How a figure is known: what it means, what was assumed, and the rows behind it, one click away. */
export function Known({ of, what, assumed = [], rows }: Knowledge & { of: string }) {
  return (
    <Popover width={340} position="bottom" withArrow shadow="lg" radius="md" trapFocus returnFocus>
      <Popover.Target>
        <ActionIcon variant="subtle" color="gray" size="sm" aria-label={`How this is known: ${of}`}>
          <IconInfoCircle size={16} aria-hidden />
        </ActionIcon>
      </Popover.Target>
      <Popover.Dropdown className={classes.known} tabIndex={-1} data-autofocus>
        <p>{what}</p>
        {assumed.length > 0 && (
          <>
            <strong>Assumed, or not known</strong>
            <ul>
              {assumed.map((line) => (
                <li key={line}>{line}</li>
              ))}
            </ul>
          </>
        )}
        {rows && (
          <Link to="/" search={rows}>
            Show the rows in Cost Analysis
          </Link>
        )}
      </Popover.Dropdown>
    </Popover>
  );
}
