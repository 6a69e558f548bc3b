/** What the page can sum, with the switch "Amortized" as it stands for each. */
export const metrics = {
  amortized: { label: "Amortized", amortized: true, opposite: "unblended" },
  unblended: { label: "Unblended", amortized: false, opposite: "amortized" },
  net_amortized: { label: "Net amortized", amortized: true, opposite: "net_unblended" },
  net_unblended: { label: "Net unblended", amortized: false, opposite: "net_amortized" },
  list: { label: "List price", amortized: false, opposite: "amortized" },
} as const;
export type Metric = keyof typeof metrics;

export function isMetric(text: string | undefined): text is Metric {
  return text !== undefined && Object.hasOwn(metrics, text);
}
