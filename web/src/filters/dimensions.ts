/** Dimensions that the bar offers as filters: the first three always, the rest when asked for or in use. */
export interface FilterDimension {
  name: string;
  plural: string;
}

export const filterDimensions: readonly FilterDimension[] = [
  { name: "account_id", plural: "Accounts" },
  { name: "service", plural: "Services" },
  { name: "region", plural: "Regions" },
  { name: "charge_type", plural: "Charge types" },
  { name: "usage_type_group", plural: "Usage type groups" },
  { name: "instance_type", plural: "Instance types" },
  { name: "lifecycle", plural: "Lifecycles" },
  { name: "operating_system", plural: "Operating systems" },
];
export const alwaysShown = 3;

/** Also what an address or a drill-down restricts and the list above does not know: tags, cost categories, others. */
export function filterDimension(name: string): FilterDimension {
  const known = filterDimensions.find((one) => one.name === name);
  if (known) return known;
  const [kind, ...key] = name.split(":");
  if (kind === "tag") return { name, plural: `Tag ${key.join(":")}` };
  if (kind === "cost_category") return { name, plural: `Category ${key.join(":")}` };
  const words = name.replace(/_/g, " ");
  return { name, plural: words.charAt(0).toUpperCase() + words.slice(1) };
}
