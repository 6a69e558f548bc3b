import { IconAlertTriangle, IconCircleCheck, IconCircleX } from "@tabler/icons-react";
import type { ReactNode } from "react";
import type { Proof } from "../api/types";
import { claims, type PartName, partNames, stateWords } from "./proof";
import classes from "./proof-parts.module.css";

const icons = {
  holds: IconCircleCheck,
  part: IconAlertTriangle,
  unknown: IconAlertTriangle,
  unavailable: IconAlertTriangle,
  broken: IconCircleX,
};

/** The three parts of a proof, each with whether it holds and why; `way` leads to where a missing one shows. */
export function ProofParts({ proof, way }: { proof: Proof; way: (part: PartName) => ReactNode }) {
  return (
    <ul className={classes.parts} aria-label="Parts of the proof">
      {partNames.map((name) => {
        const { state, reason } = proof[name];
        const Icon = icons[state];
        return (
          <li key={name} data-state={state}>
            <Icon size={18} stroke={1.8} aria-hidden />
            <div>
              <span className={classes.claim}>{claims[name]}</span>
              <span className={classes.state}>{stateWords[state]}</span>
              <span className={classes.reason}>{reason}.</span>
              {state !== "holds" && way(name)}
            </div>
          </li>
        );
      })}
    </ul>
  );
}
