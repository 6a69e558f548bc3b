/** The breakdowns that are always there, in the order of the tabs; drilling down walks to the right. */
export const mainTabs = [
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
] as const satisfies readonly Tab[];

/** The rest, offered by the menu behind them. */
export const moreTabs = [
  { id: "resource", label: "Resource", plural: "resources", dimension: "resource_id" },
  { id: "cost-category", label: "Cost category", plural: "category values", dimension: "cost_category" },
  {
    id: "availability-zone",
    label: "Availability zone",
    plural: "availability zones",
    dimension: "availability_zone",
  },
  { id: "operation", label: "Operation", plural: "operations", dimension: "operation" },
  { id: "usage-type", label: "Usage type", plural: "usage types", dimension: "usage_type" },
  {
    id: "purchase-option",
    label: "Purchase option",
    plural: "purchase options",
    dimension: "purchase_option",
  },
  { id: "payer", label: "Payer", plural: "payers", dimension: "payer_account_id" },
  { id: "provider", label: "Provider", plural: "providers", dimension: "provider" },
  { id: "connection", label: "Connection", plural: "connections", dimension: "connection" },
  { id: "seller", label: "Seller", plural: "sellers", dimension: "seller" },
  { id: "commitment", label: "Commitment", plural: "commitments", dimension: "commitment_id" },
  { id: "subset", label: "Subset", plural: "subsets", dimension: "subset_id" },
  {
    id: "organizational-unit",
    label: "Organizational unit",
    plural: "organizational units",
    dimension: "organizational_unit",
  },
] as const satisfies readonly Tab[];

const tabs = [...mainTabs, ...moreTabs];
const virtual = "virtual:";
export type TabId = (typeof tabs)[number]["id"] | `${typeof virtual}${string}`;

export interface Tab {
  id: string;
  label: string;
  plural: string;
  dimension: string;
}

/** What people made and may rename: referred to by its identifier, shown by its name. */
export interface Named {
  id: string;
  name: string;
  /** What it was called before. */
  former_names?: readonly string[];
}

/** What an identifier or a name means: a name that something had means it still, unless something else is called so. */
export function named<T extends Named>(known: readonly T[], reference: string): T | undefined {
  return (
    known.find((one) => one.id === reference) ??
    known.find((one) => one.name === reference) ??
    known.find((one) => one.former_names?.includes(reference) === true)
  );
}

export function virtualTab({ id, name }: Named): Tab & { id: TabId } {
  return { id: `${virtual}${id}`, label: name, plural: "values", dimension: `virtual_tag:${id}` };
}

/** The virtual tag that a tab breaks down by, as the tab refers to it. */
export function virtualTagOf(id: TabId): string | undefined {
  return id.startsWith(virtual) ? id.slice(virtual.length) : undefined;
}

/** `known`: the virtual tags, for the name of one. Its tab stays as the address says it. */
export function tabOf(id: TabId, known: readonly Named[] = []): Tab & { id: TabId } {
  const tag = virtualTagOf(id);
  if (tag !== undefined) return virtualTab({ id: tag, name: named(known, tag)?.name ?? tag });
  return tabs.find((tab) => tab.id === id) ?? mainTabs[0];
}

export function isTab(text: string | undefined): text is TabId {
  if (text === undefined) return false;
  return tabs.some((tab) => tab.id === text) || (text.startsWith(virtual) && text !== virtual);
}

/** What some tabs need to be a breakdown: the keys of the tag tab, the name of a cost category. */
export interface TabNames {
  tagKeys: readonly string[];
  /** Values that differ only in upper and lower case count as one. */
  mergeCase: boolean;
  category: string | undefined;
  /** The virtual tags that there are, for their names. */
  virtualTags?: readonly Named[];
}

/** The dimension of a tag, as the tag tab asks for it. */
export function tagDimension(key: string, mergeCase: boolean): string {
  return `${mergeCase ? "merged_tag" : "tag"}:${key}`;
}

/** What stands for a tag's value where nobody could have set one: tax, discounts, fees. The server says what that is. */
export const cannotCarry = "Cannot carry tags";

const tagForms = /^(carried_)?((?:merged_)?tag:)/;

/** A dimension as a breakdown asks for it: what cannot carry tags is apart from what is untagged. */
export function brokenDownBy(dimension: string): string {
  return dimension.replace(tagForms, "carried_$2");
}

/** The dimension that keeps a value of a breakdown: a tag's own, which its filter has too, where it is the tag's value. */
export function keptBy(dimension: string, key: string): string {
  return key === "" || key === cannotCarry ? brokenDownBy(dimension) : dimension.replace(tagForms, "$2");
}

/** The dimensions that tell a tab's values apart; none while a name that it needs is not known. */
export function tabDimensions(id: TabId, names: TabNames): string[] {
  const { dimension } = tabOf(id);
  if (dimension === "tag") return names.tagKeys.map((key) => tagDimension(key, names.mergeCase));
  if (dimension === "cost_category") {
    return names.category === undefined ? [] : [`cost_category:${names.category}`];
  }
  return [dimension];
}
