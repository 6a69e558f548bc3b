import type { components } from "./schema";

type Schemas = components["schemas"];
export type Overview = Schemas["Overview"];
export type Period = Schemas["PeriodView"];
export type Ingest = Schemas["IngestView"];
export type Failure = Schemas["FailureView"];
export type Dimensions = Schemas["Dimensions"];
export type Value = Schemas["ValueView"];
export type Costs = Schemas["Costs"];
export type CostRow = Schemas["CostRow"];
export type Explain = Schemas["Explain"];
export type LineItem = Schemas["LineItem"];
export type MonthToDate = Schemas["MonthToDate"];
export type ProblemDetails = Schemas["Problem"];
