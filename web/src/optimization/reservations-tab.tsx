import { useQuery } from "@tanstack/react-query";
import { useOverview } from "../ui/use-overview";
import { BuySection } from "./buy-section";
import { CommitmentsSection } from "./commitments-section";
import { ExpiryCalendar } from "./expiry-calendar";
import { OwnedCards } from "./owned-cards";
import { OwnedCharts } from "./owned-charts";
import { spanOf } from "./owned-data";
import type { OwnedStand } from "./owned-stand";
import { optimizationQueries } from "./queries";
import { ReplaySection } from "./replay-section";
import { NoCommitments } from "./states";
import { Notes, TabLoading, type TabProps } from "./tab";
import { useAccountNames } from "./use-account-names";

/** What is committed to: owned, wasted, saved, ending; and what should be bought. */
export function ReservationsTab(props: TabProps) {
  const { state, asked, version } = props;
  const { recent } = useOverview();
  const nameOf = useAccountNames();
  const found = useQuery(optimizationQueries.owned(version, asked));
  const { data: owned } = found;
  if (!owned) return <TabLoading query={found} />;
  const stand: OwnedStand = {
    owned,
    span: spanOf(owned, recent.to),
    active: owned.commitments.filter((one) => one.state === "active"),
    nameOf,
  };
  return (
    <>
      <Notes
        quiet
        notes={[
          ...(state.accounts
            ? [
                "Commitments are their owners’: figures and charts are of those that the chosen accounts own. What to commit to is of the whole organization; each account’s share of it stands under By account.",
              ]
            : []),
          ...owned.notes,
        ]}
      />
      <OwnedCards stand={stand} {...props} />
      <BuySection stand={stand} {...props} />
      {owned.commitments.length > 0 ? (
        <>
          <OwnedCharts stand={stand} />
          <ExpiryCalendar stand={stand} />
          <CommitmentsSection stand={stand} {...props} />
          {owned.hourly && <ReplaySection stand={stand} {...props} />}
        </>
      ) : (
        <NoCommitments />
      )}
    </>
  );
}
