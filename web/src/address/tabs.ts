/** The nine breakdowns of spend analysis, in the order of the tabs; drilling down walks to the right. */
export const tabs = [
  { id: "account", label: "Account", plural: "accounts", dimension: "account_id" },
  { id: "tag", label: "Tag", plural: "tag values", dimension: "tag" },
  { id: "service", label: "Service", plural: "services", dimension: "service" },
  { id: "lifecycle", label: "Lifecycle", plural: "lifecycles", dimension: "lifecycle" },
  { id: "region", label: "Region", plural: "regions", dimension: "region" },
  {
    id: "operating-system",
    label: "Operating system",
    plural: "operating systems",
    dimension: "operating_system",
  },
  { id: "charge-type", label: "Charge type", plural: "charge types", dimension: "charge_type" },
  {
    id: "usage-type-group",
    label: "Usage type group",
    plural: "usage type groups",
    dimension: "usage_type_group",
  },
  { id: "instance-type", label: "Instance type", plural: "instance types", dimension: "instance_type" },
] as const;
export type TabId = (typeof tabs)[number]["id"];

export function tabOf(id: TabId): (typeof tabs)[number] {
  return tabs.find((tab) => tab.id === id) ?? tabs[0];
}

export function isTab(text: string | undefined): text is TabId {
  return tabs.some((tab) => tab.id === text);
}

/** The dimension that a tab groups by; the tag tab needs a key, and has none while no key is known. */
export function tabDimension(id: TabId, tagKey: string | undefined): string | undefined {
  const { dimension } = tabOf(id);
  if (dimension !== "tag") return dimension;
  return tagKey === undefined ? undefined : `tag:${tagKey}`;
}
