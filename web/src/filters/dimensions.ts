import { namedTags } from "../address/tab-menu";
import { type Named, named, tagDimension } from "../address/tabs";
import type { Dimensions } from "../api/types";

/** A dimension as the bar offers it. */
export interface FilterDimension {
  name: string;
  plural: string;
}

/** Always there, whatever the tab; tags come beside them, by key. */
export const alwaysShown = [
  "account_id",
  "service",
  "region",
  "charge_type",
  "instance_type",
  "usage_type_group",
] as const;

const plurals: Record<string, string> = {
  account_id: "Accounts",
  service: "Services",
  region: "Regions",
  charge_type: "Charge types",
  instance_type: "Instance types",
  usage_type_group: "Usage type groups",
  lifecycle: "Lifecycles",
  operating_system: "Operating systems",
  availability_zone: "Availability zones",
  operation: "Operations",
  usage_type: "Usage types",
  purchase_option: "Purchase options",
  payer_account_id: "Payers",
  provider: "Providers",
  connection: "Connections",
  currency: "Currencies",
  seller: "Sellers",
  commitment_id: "Commitments",
  resource_id: "Resources",
  instance_family: "Instance families",
  product_code: "Product codes",
  line_item_type: "Line item types",
  billing_period: "Billing periods",
  reported_account_name: "Account names as reported",
  subset: "Subsets",
  subset_id: "Subsets",
  organizational_unit: "Organizational units",
  can_carry_tags: "Can carry tags",
  billed_by: "Billed by",
};

/** Also what only an address or a drill-down restricts: tags, cost categories, virtual tags. */
export function filterDimension(name: string, tags: readonly Named[] = []): FilterDimension {
  const known = plurals[name];
  if (known) return { name, plural: known };
  const [kind, ...rest] = name.split(":");
  const key = rest.join(":");
  if (kind === "tag" || kind === "carried_tag") return { name, plural: `Tag ${key}` };
  if (kind === "merged_tag" || kind === "carried_merged_tag") return { name, plural: `Tag ${key}, any case` };
  if (kind === "cost_category") return { name, plural: `Category ${key}` };
  if (kind === "virtual_tag") return { name, plural: named(tags, key)?.name ?? key };
  const words = name.replace(/_/g, " ");
  return { name, plural: words.charAt(0).toUpperCase() + words.slice(1) };
}

/** Everything else that the page can be narrowed by; accounts are chosen by their number, under their name,
 *  currencies above the page. */
export function moreFilters(offer: Dimensions | undefined, shown: ReadonlySet<string>): FilterDimension[] {
  if (!offer) return [];
  const names = new Set([
    ...offer.dimensions.map((one) => one.name),
    ...(offer.has_subsets ? ["subset_id"] : []),
    ...(offer.has_organizational_units ? ["organizational_unit"] : []),
    ...offer.cost_category_names.map((name) => `cost_category:${name}`),
    ...namedTags(offer).map((tag) => `virtual_tag:${tag.id}`),
  ]);
  return [...names]
    .filter((name) => name !== "account" && name !== "currency" && !shown.has(name))
    .map((name) => filterDimension(name, namedTags(offer)));
}

/** Keys of tags that are not restricted yet. */
export function freeTagKeys(offer: Dimensions | undefined, shown: ReadonlySet<string>): string[] {
  return (offer?.tag_keys ?? []).filter((key) => !shown.has(tagDimension(key, false)));
}
