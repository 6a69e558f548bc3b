import type { Schemas } from "../api/types";

/** Decimals are texts, ratios are decimal texts between 0 and 1, what is not known is null. */
type Decimal = string;
type Unknown<T> = T | null;

export type OptimizationOverview = Schemas["ComputeOverviewView"];
export type Owned = Schemas["OwnedView"];
export type OwnedMonth = Schemas["OwnedMonthView"];
export type Commitment = Schemas["CommitmentView"];
export type OwnedHours = Schemas["OwnedHours"];
export type Replay = Schemas["ReplayOfMonth"];
/** What should be bought by one payer, in one currency. */
export type Purchase = Schemas["AdviceView"];
/** One thing that is to be bought. */
export type Bought = Schemas["PurchaseView"];
export type CurvePoint = Schemas["CurveView"];
export type Unpriced = Schemas["UnpricedView"];

export type Waste = Schemas["WasteView"];
export type WasteRule = Schemas["WasteRuleView"];
export type Finding = Schemas["WasteFinding"];
export type Dismissal = Schemas["WasteDismissalWish"];
export type SplitCosts = Schemas["SplitCostsView"];

/** What spot would save; absent until it is known. */
export interface SpotSavings {
  savings_low?: Unknown<Decimal>;
  savings_high?: Unknown<Decimal>;
  savings_rate?: Unknown<Decimal>;
  unknown_hours?: Unknown<Decimal>;
  cpu_hours?: Unknown<Decimal>;
}

export type Workload = Schemas["Workload"] & SpotSavings;
export type Workloads = Omit<Schemas["WorkloadsView"], "cards" | "services" | "workloads"> & {
  cards: Schemas["WorkloadSums"] & SpotSavings;
  services: (Schemas["WorkloadService"] & SpotSavings)[];
  workloads: Workload[];
};
