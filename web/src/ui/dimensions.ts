import { named } from "../address/tabs";
import type { Dimensions } from "../api/types";

interface Choice {
  value: string;
  label: string;
}
export interface ChoiceGroup {
  group: string;
  items: Choice[];
}

/** Dimensions made of an organization's own rules, which other rules may not look at: they could look back. */
const ruled = ["subset", "organizational_unit", "virtual_tag"];
/** They depend on more than the row itself. */
const unfit = ["billing_period", "connection", "currency"];
/** For conditions beside its number, so both say which. */
const accountNames: Record<string, string> = { account: "Account name", account_id: "Account number" };

const kindOf = (name: string) => name.split(":", 1)[0] ?? "";

/** What filters of costs can ask for, in groups for a field of choice. */
export function filterChoices(dimensions: Dimensions): ChoiceGroup[] {
  const own = [
    ...(dimensions.has_subsets ? [{ value: "subset", label: "Subset" }] : []),
    ...(dimensions.has_organizational_units
      ? [{ value: "organizational_unit", label: "Organizational unit" }]
      : []),
    ...dimensions.virtual_tags.map((name) => ({ value: `virtual_tag:${name}`, label: name })),
  ];
  // By number alone: which name is the latest depends on all months.
  const columns = ruleChoices(dimensions).map((one) => ({
    ...one,
    items: one.items.filter((item) => item.value !== "account"),
  }));
  return [...columns, { group: "Your own rules", items: own }].filter((one) => one.items.length > 0);
}

/** What conditions of a virtual tag can look at: what a row of the bill says by itself. */
export function ruleChoices(dimensions: Dimensions): ChoiceGroup[] {
  const columns = dimensions.dimensions
    .filter((one) => !ruled.includes(kindOf(one.name)) && !unfit.includes(one.name))
    .map((one) => ({ value: one.name, label: accountNames[one.name] ?? one.label }));
  const tags = dimensions.tag_keys.map((key) => ({ value: `tag:${key}`, label: `Tag ${key}` }));
  const categories = dimensions.cost_category_names.map((name) => ({
    value: `cost_category:${name}`,
    label: name,
  }));
  return [
    { group: "Columns of the bill", items: columns },
    { group: "Tags", items: tags },
    { group: "Cost categories", items: categories },
  ].filter((one) => one.items.length > 0);
}

/** What a dimension is called, also one that the data does not have any more. */
export function dimensionLabel(name: string, dimensions: Dimensions | undefined): string {
  const known = dimensions?.dimensions.find((one) => one.name === name);
  if (known) return known.label;
  const kind = kindOf(name);
  const key = name.slice(kind.length + 1);
  const tag = kind === "virtual_tag" ? named(dimensions?.named_virtual_tags ?? [], key) : undefined;
  if (tag) return tag.name;
  if (key !== "") return /^(carried_)?(merged_)?tag$/.test(kind) ? `Tag ${key}` : key;
  const words = name.replace(/_/g, " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}
