import type { Filter } from "../address/filter";
import { parseSearch } from "../address/path-builder";
import type { Span } from "../address/range";
import { type AnalysisState, initialState, readState } from "../address/state";
import type { TabId } from "../address/tabs";

const keep = (dimension: string, ...values: string[]): Filter => ({ dimension, exclude: false, values });

/** Cost Analysis with the rows behind a figure; in the page's currency where there are several. */
export function rowsOf(
  span: Span,
  filters: readonly Filter[],
  tab: TabId,
  rest: Partial<AnalysisState> = {},
): AnalysisState {
  return { ...initialState, tab, range: span, filters: [...filters], ...rest };
}

/** The rows of an answer's own address, which stands without "?". */
export function rowsAt(address: string): AnalysisState {
  return readState(parseSearch(address));
}

export const unusedRows: Filter = keep("charge_type", "RI unused", "SP unused");
export const onDemandRows: Filter = keep("lifecycle", "On-demand");
export const committedRows: Filter = keep("lifecycle", "Reserved", "Savings plan");
export const ec2Rows: Filter = keep("product_code", "AmazonEC2");
export const commitmentRows = (id: string): Filter => keep("commitment_id", id);
/** Rows of a workload as far as columns tell them: its tags are not all activated. */
export function typeRows({ instance_types: types }: { instance_types: readonly string[] }): Filter[] {
  return types.length > 0 ? [keep("instance_type", ...types)] : [keep("usage_type_group", "Fargate")];
}
export const accountRows = (id: string): Filter => keep("account_id", id);
export const regionRows = (region: string): Filter => keep("region", region);
