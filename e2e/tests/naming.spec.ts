import { expect, test } from "@playwright/test";
import { type Definitions, definitions, get, post, restore } from "./definitions";
import { base, expectAccessible, open, ready, table, tableFigures, units } from "./support";

// Tests share one server: each takes back what it made.
let before: Definitions;
test.beforeEach(async ({ request }) => {
  before = await definitions(request);
});
test.afterEach(({ request }) => restore(request, before));

interface Accounts {
  accounts: { account_id: string; account: string; given: { name: string }[] }[];
}

test("an account is named by hand and by a list, shown so everywhere, and its names are kept", async ({
  page,
  request,
}) => {
  const { accounts } = await get<Accounts>(request, "accounts");
  const [one, two] = accounts;
  if (!one || !two) throw new Error("the demo has accounts");
  try {
    await page.goto(`${base()}/accounts`);
    await page.getByRole("button", { name: `Name account ${one.account_id}` }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByRole("textbox", { name: "Name" }).fill("Renamed by hand");
    await expectAccessible(page);
    await dialog.getByRole("button", { name: "Save name" }).click();
    await expect(page.getByRole("link", { name: "Renamed by hand" })).toBeVisible();
    await page.getByRole("button", { name: "Name accounts by a list" }).click();
    await dialog
      .getByRole("textbox")
      .fill(`account,name\n${one.account_id},"Renamed, again"\n${two.account_id};Second of the list`);
    await expect(dialog.getByRole("status")).toHaveText("2 of 2 get another name.");
    await expectAccessible(page);
    await dialog.getByRole("button", { name: "Save names" }).click();
    await expect(page.getByRole("link", { name: "Renamed, again" })).toBeVisible();
    await expect(page.getByRole("row", { name: /Renamed, again/ })).toContainText("Renamed by hand");
    await open(page);
    await expect(table(page).getByRole("rowheader", { name: "Second of the list" })).toBeVisible();
    await expect(page.getByRole("region", { name: "Top accounts" })).toContainText("Renamed, again");
    const now = await get<Accounts>(request, "accounts");
    const named = now.accounts.find((account) => account.account_id === one.account_id);
    expect(named?.given.map((given) => given.name)).toEqual(["Renamed, again", "Renamed by hand"]);
  } finally {
    const names = [one, two].map(({ account_id }) => ({ account_id, name: "" }));
    await request.put(`${base()}/api/v1/account-names`, { data: { names } });
  }
});

test("EC2 is taken apart by a ready-made virtual tag, and its parts are EC2's cost", async ({
  page,
  request,
}) => {
  await page.goto(`${base()}/virtual-tags/new`);
  await page.getByRole("button", { name: "Start from" }).click();
  await page.getByRole("menuitem", { name: /^EC2 in parts/ }).click();
  await expect(page.getByRole("textbox", { name: "Name" })).toHaveValue("EC2 in parts");
  await page.getByRole("button", { name: "Save virtual tag" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "EC2 in parts" })).toBeVisible();
  await open(page, "?tab=virtual%3AEC2%20in%20parts&time=last-month&filter=product_code%3DAmazonEC2");
  const rows = await tableFigures(page);
  const sum = rows.slice(0, -1).reduce((part, row) => part + units(row.figures.at(-1) ?? "0"), 0n);
  const total = rows.at(-1)?.figures.at(-1) ?? "";
  expect(sum).toBe(units(total));
  const labels = rows.map((row) => row.label);
  for (const part of ["EC2 instances", "EBS volumes and snapshots"]) expect(labels).toContain(part);
  const url = new URL(page.url());
  expect(url.searchParams.get("tab")).toBe("virtual:EC2 in parts");
  const whole = await get<{ total: string }>(
    request,
    `costs?metric=amortized&view=total&filter=product_code%3DAmazonEC2&from=2000-01-01`,
  );
  expect(units(whole.total)).toBeGreaterThan(sum);
});

test("an environment comes from the ends of account names, by an expression", async ({ page }) => {
  await page.goto(`${base()}/virtual-tags/new`);
  await page.getByRole("textbox", { name: "Name" }).fill("Stage by name");
  await page.getByRole("textbox", { name: "Value", exact: true }).fill("production");
  const choose = async (field: string, option: string) => {
    await page.getByRole("combobox", { name: field }).click();
    await page.getByRole("option", { name: option, exact: true }).click();
  };
  await choose("What condition 1 of rule 1 looks at", "Account name");
  await choose("How condition 1 of rule 1 compares", "matches expression");
  const values = page.getByRole("combobox", { name: "Values of condition 1 of rule 1" });
  await values.fill("-(prod|production)$");
  await values.press("Enter");
  await page.getByRole("button", { name: "Save virtual tag" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Stage by name" })).toBeVisible();
  await page.getByRole("link", { name: "Show costs" }).click();
  await ready(page);
  await expect(table(page).getByRole("rowheader", { name: "production" })).toBeVisible();
});

test("spellings of a tag's values are one where values are merged", async ({ page, request }) => {
  await open(page, "?tab=tag&tag=team&case=merged&time=last-month");
  const rows = await tableFigures(page);
  const [first, second] = rows.filter((row) => !/^(Untagged|Other|Total)/.test(row.label));
  if (!first || !second) throw new Error("the demo has two teams");
  try {
    await page.getByRole("button", { name: "Spellings" }).click();
    await page
      .getByRole("dialog")
      .getByRole("textbox")
      .fill(`${first.label} = ${second.label.toUpperCase()}`);
    await expectAccessible(page);
    await page.getByRole("button", { name: "Save spellings" }).click();
    await expect(table(page).getByRole("rowheader", { name: second.label, exact: true })).toHaveCount(0);
    const merged = (await tableFigures(page)).find((row) => row.label === first.label);
    const sum = units(first.figures.at(-1) ?? "0") + units(second.figures.at(-1) ?? "0");
    expect(units(merged?.figures.at(-1) ?? "0")).toBe(sum);
  } finally {
    await request.put(`${base()}/api/v1/tag-spellings`, { data: { key: "team", values: [] } });
  }
});

test("what is renamed stays what a page's address means, by identifier and by its old name", async ({
  page,
  request,
}) => {
  const { accounts } = await get<{ accounts: { account_id: string; subset_id: string | null }[] }>(
    request,
    "accounts",
  );
  const free = accounts.filter((one) => one.subset_id === null).slice(0, 2);
  const account_ids = free.map((one) => one.account_id);
  const subset = await post(request, "subsets", { name: "Before the rename", account_ids, billing: null });
  const rules = [
    { value: "taxes", conditions: [{ dimension: "charge_type", operator: "is", values: ["Tax"] }] },
  ];
  const tag = await post(request, "virtual-tags", { name: "Tag before", rules });
  const total = async () => (await tableFigures(page)).at(-1)?.figures.at(-1) ?? "";
  await open(page, "?time=last-month&view=month&tab=service&filter=subset%3DBefore%20the%20rename");
  const figure = await total();
  // The page says it by identifier as soon as it knows it.
  await expect(page).toHaveURL(new RegExp(`filter=subset_id%3D${subset.id}`));
  await expect(page.getByRole("button", { name: "Subset Before the rename" })).toBeVisible();
  const address = new URL(page.url()).search;
  await request.patch(`${base()}/api/v1/subsets/${subset.id}`, { data: { name: "After the rename" } });
  await request.put(`${base()}/api/v1/virtual-tags/${tag.id}`, { data: { name: "Tag after", rules } });
  for (const same of [
    address,
    "?time=last-month&view=month&tab=service&filter=subset%3DBefore%20the%20rename",
  ]) {
    await open(page, same);
    await expect(page.getByRole("button", { name: "Subset After the rename" })).toBeVisible();
    expect(await total()).toBe(figure);
  }
  // A breakdown by its old name is called by the new one.
  await open(page, `${address.replace("tab=service", "tab=virtual%3ATag+before")}`);
  await expect(page.getByRole("tab", { name: "Tag after" })).toHaveAttribute("aria-selected", "true");
  expect(await total()).toBe(figure);
  await expect(table(page).getByRole("rowheader", { name: "No match" })).toBeVisible();
});
