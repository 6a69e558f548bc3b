import { IconCalendarOff, IconChecks, IconReceiptOff, IconTagOff } from "@tabler/icons-react";
import { Command } from "../ui/command";
import { Empty } from "../ui/empty";
import type { Purchase } from "./types";
import { codeLabel, estimate, sumKnown } from "./words";

/** Nothing was ever committed to. */
export function NoCommitments() {
  return (
    <div className="card">
      <Empty
        icon={IconReceiptOff}
        title="No commitment is owned"
        text="No reserved instance and no savings plan stands in any month that is loaded. Their waste, savings and ends appear here once there are any; what is worth buying stands above."
      />
    </div>
  );
}

/** All is covered, or nothing ran that a commitment could cover. */
export function NothingToCommit({ what }: { what: string }) {
  return (
    <Empty
      icon={IconChecks}
      title="Nothing ran on demand that this could cover"
      text={`${what} Another offer, or another look-back, may still find something.`}
    />
  );
}

/** Commitments live by the hour, and the report has days. */
export function DailyReport() {
  return (
    <Empty
      icon={IconCalendarOff}
      title="The report has no hours"
      text="Commitments are applied hour by hour, and what is unused in one hour is lost. A daily report cannot say what would have been covered, so nothing is recommended from it. Set the report’s time granularity to hourly; what is owned is shown below all the same."
    />
  );
}

/** Usage could be covered, and what that would cost nobody has said: no advice, and no zero either. */
export function PricesUnknown({ best }: { best: Purchase }) {
  const sum = sumKnown(best.unknown.map((one) => one.on_demand));
  const dollars =
    sum === null ? "Usage of unknown price" : `${estimate(sum, best.currency)} of on-demand usage`;
  return (
    <Empty
      icon={IconTagOff}
      title="No price of this offer is known"
      text={`${dollars} could be covered, but neither your bill nor any price list says what it costs for ${codeLabel(best.term)}, ${codeLabel(best.payment).toLowerCase()}. Rates of what you own are read from the bill: another term or payment may be known. Nothing is assumed.`}
    >
      <Command label="Command that imports prices" text="cloud-analyzer prices import FILE" />
    </Empty>
  );
}
