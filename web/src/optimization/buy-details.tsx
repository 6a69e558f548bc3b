import { Tabs } from "@mantine/core";
import classes from "./buy.module.css";
import type { Target } from "./buy-query";
import { Assumptions, BoughtTable, Prices, Risk } from "./buy-tables";
import { ByAccount } from "./by-account";
import { Joint } from "./joint";
import { Ladder } from "./ladder";
import type { OwnedStand } from "./owned-stand";
import section from "./section.module.css";
import type { TabProps } from "./tab";
import type { Purchase } from "./types";
import { UnknownUsage } from "./unknown-usage";

interface Props extends Pick<TabProps, "state" | "version"> {
  shown: Purchase;
  /** The plan that can be bought in steps. */
  plan: Target | undefined;
  stand: OwnedStand;
}

/** What the answer rests on, and what could go wrong with it. */
export function BuyDetails({ shown, plan, stand, state, version }: Props) {
  const unknown = shown.unknown.length + shown.dearer.length;
  const parts = [
    {
      id: "buy",
      label: `To buy (${shown.commitments.length})`,
      panel: <BoughtTable shown={shown} />,
    },
    { id: "risk", label: "If usage falls", panel: <Risk shown={shown} /> },
    { id: "bound", label: "How good it is", panel: <Joint shown={shown} /> },
    ...(plan
      ? [
          {
            id: "ladder",
            label: "Bought in steps",
            panel: <Ladder of={shown} {...{ plan, state, version }} />,
          },
        ]
      : []),
    {
      id: "accounts",
      label: "By account",
      panel: <ByAccount of={shown} nameOf={stand.nameOf} state={state} version={version} />,
    },
    { id: "unknown", label: `Not known (${unknown})`, panel: <UnknownUsage shown={shown} /> },
    { id: "prices", label: "Prices", panel: <Prices shown={shown} /> },
    { id: "notes", label: "Assumptions", panel: <Assumptions shown={shown} /> },
  ];
  return (
    <Tabs defaultValue={parts[0]?.id ?? "risk"} className={classes.details ?? ""} keepMounted={false}>
      <Tabs.List className={section.tabs ?? ""} aria-label="What the recommendation rests on">
        {parts.map((one) => (
          <Tabs.Tab key={one.id} value={one.id}>
            {one.label}
          </Tabs.Tab>
        ))}
      </Tabs.List>
      {parts.map((one) => (
        <Tabs.Panel key={one.id} value={one.id} className={classes.detail ?? ""}>
          {one.panel}
        </Tabs.Panel>
      ))}
    </Tabs>
  );
}
