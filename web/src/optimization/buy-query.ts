import { type BuyState, type Offer, offered } from "./address";
import type { BuyQuery } from "./queries";
import type { Bought, Purchase } from "./types";
import { kindLabel } from "./words";

/** The recommendation of an offer, as the choosers stand. */
export function buyQuery(state: BuyState, offer: Offer = state.offer): BuyQuery {
  return {
    offer,
    ...offered({ ...state, offer }),
    look_back: state.days,
    ...(state.expires > 0 && { expires_within: state.expires }),
  };
}

/** One plan whose commitment can be dragged. */
export interface Target {
  /** In the address: of which payer, and which plan. */
  key: string;
  label: string;
  /** What the plan is called among those that are owned. */
  kind: string;
  query: Pick<BuyQuery, "offer" | "family" | "region">;
}

/** Offers of one plan; the others are several plans or reservations. */
const single = ["compute", "database", "sagemaker"];

export function isSingle(offer: string): boolean {
  return single.includes(offer);
}

/** What is bought by the hour, and not in whole reservations. */
const planKinds = ["compute", "ec2", "database", "sagemaker"];

function target(payer: string, one: Pick<Bought, "kind" | "family" | "region">, label: string): Target {
  const place = one.kind === "ec2" ? [one.family ?? "", one.region ?? ""] : [];
  return {
    key: [payer, one.kind, ...place].join("|"),
    label,
    kind: one.kind,
    query: {
      offer: one.kind,
      ...(one.kind === "ec2" && one.family !== null && { family: one.family }),
      ...(one.kind === "ec2" && one.region !== null && { region: one.region }),
    },
  };
}

/** The plans of a recommendation, each of which can be looked at alone. Reservations are whole numbers: nothing to drag. */
export function targets({ payer, offer, commitments }: Purchase): Target[] {
  if (isSingle(offer)) {
    return [target(payer, { kind: offer, family: null, region: null }, kindLabel(offer))];
  }
  return commitments
    .filter((one) => planKinds.includes(one.kind))
    .map((one) =>
      target(payer, one, one.kind === "ec2" ? `EC2 Instance SP, ${one.name}` : kindLabel(one.kind)),
    );
}

/** Whether nothing is recommended for want of prices: that is no advice to buy nothing. */
export function isUnpriced(one: Pick<Purchase, "commitments" | "curve" | "unknown">): boolean {
  return one.commitments.length === 0 && one.curve.length === 0 && one.unknown.length > 0;
}

/** Whether the report has days alone: commitments live by the hour. */
export function isDaily(one: Pick<Purchase, "reason">): boolean {
  return one.reason === "daily_report";
}
