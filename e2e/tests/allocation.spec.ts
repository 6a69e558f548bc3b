import { expect, type Locator, type Page, test } from "@playwright/test";
import {
  type Definitions,
  definitions,
  freeAccounts,
  get,
  post,
  putSharedCosts,
  restore,
} from "./definitions";
import { reportChip, reportList, saveReport } from "./saved-reports";
import {
  base,
  download,
  everyRow,
  exact,
  expectAccessible,
  expectFits,
  exported,
  open,
  parseCsv,
  plain,
  ready,
  table,
  tableFigures,
  units,
} from "./support";

let before: Definitions;
test.beforeEach(async ({ request }) => {
  before = await definitions(request);
});
test.afterEach(({ request }) => restore(request, before));

/** The first figure in it, with all its digits. */
const figure = async (place: Locator) =>
  exact(await place.locator("[title*='$']").first().getAttribute("title"));

const total = async (page: Page) => (await tableFigures(page)).at(-1)?.figures.at(-1) ?? "";

/** A figure of the table by the name of its row. */
const totalOf = async (page: Page, label: string) =>
  (await tableFigures(page)).find((row) => row.label === label)?.figures.at(-1) ?? "0";

test("a subset is made, chosen, charged for, and deleted with another one", async ({ page, request }) => {
  const [name, other] = ["Browser tests, warehouse", "Browser tests, nobody"];
  const [first, second] = await freeAccounts(request);
  await page.goto(`${base()}/subsets`);
  await page.getByRole("button", { name: "New subset" }).click();
  const dialog = page.getByRole("dialog", { name: "New subset" });
  await dialog.getByRole("textbox", { name: "Name" }).fill(name);
  for (const { account_id } of [first, second]) {
    await dialog.getByRole("textbox", { name: "Search accounts" }).fill(account_id);
    await dialog.getByRole("list", { name: "Other accounts (1)" }).getByRole("button").click();
  }
  await expect(dialog.getByRole("status")).toHaveText("2 unassigned accounts are added.");
  await dialog.getByRole("button", { name: "Make the subset" }).click();

  // Its page says what the interface says of its accounts.
  await expect(page.getByRole("heading", { level: 1, name })).toBeVisible();
  const details = page.url();
  const { last_month } = await get<{ last_month: { from: string; to: string } }>(request, "subsets");
  const query = new URLSearchParams({
    ...{ metric: "amortized", group_by: "", view: "total", from: last_month.from, to: last_month.to },
    filter: `account_id=${first.account_id},${second.account_id}`,
  });
  const cost = (await get<{ total: string }>(request, `costs?${query}`)).total;
  expect(units(cost)).toBeGreaterThan(0n);
  const lastMonth = page.getByRole("definition").first();
  expect(await figure(lastMonth)).toBe(cost);
  const accounts = page.getByRole("region", { name: "Accounts of the subset" });
  await expect(accounts.locator("tbody").getByRole("row")).toHaveCount(2);
  expect(await figure(accounts.locator("tfoot"))).toBe(cost);

  // So does the page that is narrowed to it.
  await open(page, "?time=last-month&view=month&tab=service");
  await page.getByRole("button", { name: "Subset Everything" }).click();
  await page.getByRole("textbox", { name: "Search subsets" }).fill(name);
  await page.keyboard.press("Enter");
  await expect(page.getByRole("button", { name: `Subset ${name}` })).toBeVisible();
  await expect(page).toHaveURL(/filter=subset/);
  await ready(page);
  expect(await total(page)).toBe(cost);
  await page.goto(`${base()}/accounts?q=${first.account_id}`);
  await expect(page.getByRole("row", { name: first.account_id }).getByRole("link", { name })).toBeVisible();

  await page.goto(details);
  const billing = page.getByRole("region", { name: "Billing rules" });
  await billing.getByRole("switch", { name: "Show a charge beside the cost" }).click();
  await billing.locator("label", { hasText: /^Uplift$/ }).click();
  const percent = billing.getByRole("textbox", { name: "Percent" });
  await percent.fill("seven");
  await expect(billing.getByRole("button", { name: "Save billing rules" })).toBeDisabled();
  await percent.fill("7.5");
  await expect(billing.getByText("$100 becomes $107.5.")).toBeVisible();
  await billing.getByRole("button", { name: "Save billing rules" }).click();
  await expect(lastMonth).toContainText("Charge:");
  const charge = exact(await lastMonth.locator("[title*='$']").nth(1).getAttribute("title"));
  expect(units(charge) * 1000n).toBe(units(cost) * 1075n);
  await expect(billing.getByText("Saved.")).toBeVisible();

  await post(request, "subsets", { name: other, account_ids: [], billing: null });
  await page.goto(`${base()}/subsets`);
  await page.getByRole("textbox", { name: "Search subsets" }).fill("browser tests");
  const rows = page.getByRole("region", { name: "Subsets" }).locator("tbody").getByRole("row");
  await expect(rows).toHaveCount(2);
  await expect(rows.filter({ hasText: name }).locator(`[title$="${charge.slice(-8)}"]`)).toBeVisible();
  await page.getByRole("checkbox", { name: "Select all subsets" }).check();
  const remove = page.getByRole("button", { name: "Delete", exact: true });
  await remove.click();
  const question = page.getByRole("dialog", { name: "Delete 2 subsets?" });
  await expect(question).toBeVisible();
  await expectAccessible(page);
  await expect(question).toContainText("2 accounts become unassigned.");
  await question.getByRole("button", { name: "Cancel" }).click();
  await expect(question).toBeHidden();
  await expect(rows).toHaveCount(2);
  await remove.click();
  await question.getByRole("button", { name: "Delete" }).click();
  await expect(page.getByText(name)).toHaveCount(0);
  expect((await definitions(request)).subsets).toHaveLength(before.subsets.length);
});

test("a virtual tag is written with a preview, and breaks costs down as the preview said", async ({
  page,
  request,
}) => {
  const name = "Browser tests, kind";
  await page.goto(`${base()}/virtual-tags`);
  await page.getByRole("link", { name: "New virtual tag" }).click();
  await page.getByRole("textbox", { name: "Name" }).fill(name);
  const rules = page.getByRole("list", { name: "Rules, in order" }).locator("> li");
  await rules.first().getByRole("textbox", { name: "Value", exact: true }).fill("Compute");
  await choose(page, "What condition 1 of rule 1 looks at", "Service");
  await choose(page, "How condition 1 of rule 1 compares", "contains");
  const text = page.getByRole("combobox", { name: "Values of condition 1 of rule 1" });
  await text.fill("Compute");
  await text.press("Enter");
  const preview = page.getByRole("region", { name: "Preview, table" });
  await expect(preview.getByRole("row", { name: /^Compute/ })).toBeVisible();

  // The second rule gets what the first one leaves.
  await page.getByRole("button", { name: "Add rule" }).click();
  await rules.nth(1).getByRole("textbox", { name: "Value", exact: true }).fill("Largest account");
  const save = page.getByRole("button", { name: "Save virtual tag" });
  await expect(save).toBeDisabled();
  await page.getByRole("combobox", { name: "Values of condition 1 of rule 2" }).click();
  await page.getByRole("option").first().click();
  await page.keyboard.press("Tab");
  await expect(preview.getByRole("row", { name: /^Largest account/ })).toBeVisible();
  await expect(page.locator("[data-stale=true]")).toHaveCount(0);
  const expected = new Map<string, string>();
  for (const value of ["Compute", "Largest account", "No match", "Total"]) {
    expected.set(value, await figure(preview.getByRole("row", { name: new RegExp(`^${value}`) })));
  }
  const [compute = "", largest = "", none = "", whole = ""] = expected.values();
  expect(units(compute) + units(largest) + units(none)).toBe(units(whole));

  // Nothing is lost by leaving.
  await page.getByRole("link", { name: "Shared costs" }).click();
  const leaving = page.getByRole("dialog", { name: "Leave without saving?" });
  await expect(leaving).toBeVisible();
  await expectAccessible(page);
  await leaving.getByRole("button", { name: "Cancel" }).click();
  await save.click();
  await expect(page.getByRole("heading", { level: 1, name })).toBeVisible();
  await expect(page).toHaveURL(/virtual-tags\/(?!new)/);

  // The preview is of the last complete days, as the list of accounts is.
  const { span } = await get<{ span: { from: string; to: string } }>(request, "accounts");
  await open(page, `?from=${span.from}&to=${span.to}`);
  await page.getByRole("button", { name: "More breakdowns" }).click();
  await page.getByRole("menuitemradio", { name }).click();
  await expect(page.getByRole("tab", { name })).toHaveAttribute("aria-selected", "true");
  await ready(page);
  for (const [value, cost] of expected) expect(await totalOf(page, value), value).toBe(cost);

  await page.goto(`${base()}/virtual-tags`);
  await page.getByRole("button", { name: `Delete ${name}` }).click();
  const question = page.getByRole("dialog", { name: `Delete ${name}?` });
  await question.getByRole("button", { name: "Cancel" }).click();
  await expect(page.getByRole("link", { name, exact: true })).toBeVisible();
  await page.getByRole("button", { name: `Delete ${name}` }).click();
  await question.getByRole("button", { name: "Delete" }).click();
  await expect(page.getByText(name)).toHaveCount(0);
});

test("a shared cost is split among accounts where the switch says so, and the total stays", async ({
  page,
  request,
}) => {
  const name = "Browser tests, tax";
  const [first, second] = await freeAccounts(request);
  await page.goto(`${base()}/shared-costs`);
  await page.getByRole("button", { name: "Add rule" }).click();
  const rule = page.getByRole("list", { name: "Rules, in order" }).locator("> li").last();
  await rule.getByRole("textbox", { name: "Name", exact: true }).fill(name);
  await choose(page, "Add a filter", "Charge type", rule);
  const values = page.getByRole("dialog", { name: /^Charge type/ });
  await values.getByRole("checkbox", { name: /^Tax/ }).check();
  await values.getByRole("button", { name: "Apply" }).click();
  await rule.getByRole("radio", { name: "Fixed shares" }).check();
  for (const { account, account_id } of [first, second]) {
    await choose(page, `Add an account to ${name}`, `${account} (${account_id})`);
  }
  const save = page.getByRole("button", { name: "Save rules" });
  await expect(save).toBeDisabled();
  await rule.getByRole("button", { name: "Make the shares equal" }).click();
  await expect(rule.getByText("The shares add up to 100 %.")).toBeVisible();
  await expect(rule).toContainText("Cost where Charge type is Tax is borne 50 % by");
  await save.click();
  await expect(page.getByText("Saved.")).toBeVisible();

  const search = "?time=last-month&view=month&filter=charge_type%3DTax&rows=all";
  await open(page, search);
  const billed = await tableFigures(page);
  expect(billed.length).toBeGreaterThan(3);
  const split = page.getByRole("switch", { name: "Split shared costs" });
  await split.click();
  await expect(page).toHaveURL(/shared=split/);
  await ready(page);
  await expect(page.getByText("Shared costs are split by the organization’s rules.")).toBeVisible();
  await expect.poll(() => tableFigures(page)).not.toEqual(billed);
  const whole = billed.at(-1)?.figures.at(-1) ?? "";
  expect(await total(page)).toBe(whole);
  const share = ({ account, account_id }: typeof first) => totalOf(page, `${account}${account_id}`);
  const [one, two] = [await share(first), await share(second)];
  expect(units(one) + units(two)).toBe(units(whole));
  expect(units(one) * 2n).toBe(units(whole));

  // The share is explained: by the rule, with the rows that it takes.
  const row = table(page).locator("tbody tr").filter({ hasText: first.account_id });
  await row.locator("[data-explain]").last().click();
  const drawer = page.getByRole("dialog", { name: "Explain" });
  await expect(drawer.getByTestId("explained-figure")).toHaveAttribute("data-figure", one);
  const shares = drawer.locator("[data-part]");
  await expect.poll(() => shares.count()).toBeGreaterThan(0);
  const parts = await shares.evaluateAll((all) => all.map((part) => part.getAttribute("data-figure") ?? ""));
  expect(parts.reduce((sum, part) => sum + units(part), 0n)).toBe(units(one));
  await drawer.getByRole("radio", { name: `${name}, split fixed shares` }).check();
  await expect(
    drawer.getByRole("heading", { name: `Line items: ${name}, split fixed shares` }),
  ).toBeVisible();
  await expect(drawer.getByText(/^50\.0 % of \$/)).toBeVisible();
  await expect(drawer.getByRole("table").locator("tbody tr").first()).toContainText("Tax");
  await expectAccessible(page);
  await drawer.getByRole("button", { name: "Close" }).click();
  await split.click();
  await ready(page);
  await expect.poll(() => tableFigures(page)).toEqual(billed);

  await page.goto(`${base()}/shared-costs`);
  await page.getByRole("button", { name: `Remove ${name}` }).click();
  await page.getByRole("button", { name: "Save rules" }).click();
  await expect.poll(async () => (await definitions(request)).shared).toEqual(before.shared);
});

test("a report is saved, found, changed, renamed and deleted; those of nobody stay shared", async ({
  page,
}) => {
  const [name, later] = ["Browser tests, services", "Browser tests, regions"];
  const [chip, list] = [reportChip(page), reportList(page)];
  await open(page, "?time=last-month&view=week&tab=service");
  await saveReport(page, name);
  const figures = await tableFigures(page);

  await open(page);
  await chip.click();
  await list.getByRole("textbox", { name: "Search reports" }).fill("tests serv");
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/tab=service.*time=last-month.*view=week/);
  await ready(page);
  expect(await tableFigures(page)).toEqual(figures);

  await page.getByRole("tab", { name: "Region", exact: true }).click();
  await page.getByRole("button", { name: "Save changes" }).click();
  await expect(page.getByText("changed", { exact: true })).toHaveCount(0);
  await chip.click();
  await list.getByRole("button", { name: `Rename ${name}` }).click();
  const renaming = page.getByRole("dialog", { name: `Rename ${name}` });
  await expect(renaming).toBeVisible();
  await expectAccessible(page);
  await renaming.getByRole("textbox", { name: "Name" }).fill(later);
  await renaming.getByRole("button", { name: "Rename" }).click();
  await expect(chip).toHaveAccessibleName(`Report ${later}`);

  await chip.click();
  // Nobody is signed in to the demo: its reports are everybody's, and stay so.
  await expect(list.getByText("Shared with the organization")).not.toHaveCount(0);
  await expect(list.getByRole("button", { name: `Stop sharing ${later}` })).toHaveCount(0);
  await expectAccessible(page);
  const remove = list.getByRole("button", { name: `Delete ${later}` });
  await remove.click();
  const question = page.getByRole("dialog", { name: `Delete ${later}?` });
  await question.getByRole("button", { name: "Cancel" }).click();
  await expect(chip).toHaveAccessibleName(`Report ${later}`);
  await chip.click();
  await remove.click();
  await question.getByRole("button", { name: "Delete" }).click();
  await expect(chip).toHaveAccessibleName("Report None");
});

test("the table by two tags is a CSV, an XLSX and a Parquet file", async ({ page, request }) => {
  const { tag_keys } = await get<{ tag_keys: string[] }>(request, "dimensions");
  const keys = tag_keys.filter((key) => !key.startsWith("aws:")).slice(0, 2);
  const search = new URLSearchParams(keys.map((key) => ["tag", key]));
  await open(page, `?tab=tag&${search}&case=merged&time=last-month&view=month&rows=all`);
  const shown = await everyRow(page);
  const [head = [], ...rows] = parseCsv((await exported(page, "CSV")).toString("utf8"));
  expect(head.slice(0, 2)).toEqual(keys.map((key) => `merged_tag:${key}`));
  const written = rows.filter((row) => row[0] !== "Total");
  expect(written).toHaveLength(shown.size - 1); // the page has its total besides
  // What is compared stands behind the total.
  const width = head.indexOf("total") + 1;
  for (const [one = "", two = "", ...figures] of written.map((row) => row.slice(0, width))) {
    const label = `${one} / ${two}`;
    expect(shown.get(label)?.map(plain), label).toEqual(figures.map(plain));
  }
  const sheet = await exported(page, "XLSX");
  expect(sheet.subarray(0, 2).toString()).toBe("PK");
  const parquet = await exported(page, "Parquet");
  expect([parquet.subarray(0, 4).toString(), parquet.subarray(-4).toString()]).toEqual(["PAR1", "PAR1"]);
});

test("the rows behind a figure sort by any column, and all of them are a file in that order", async ({
  page,
}) => {
  await open(page, "?time=last-7-days&tab=service");
  await table(page).locator("tbody tr").first().locator("[data-explain]").nth(2).click();
  const drawer = page.getByRole("dialog", { name: "Explain" });
  const explained = (await drawer.getByTestId("explained-figure").getAttribute("data-figure")) ?? "";
  const rows = drawer.getByRole("region", { name: "Line items" }).locator("tbody tr");
  const largest = await rows.first().textContent();
  await drawer.getByRole("button", { name: "Usage", exact: true }).click();
  await expect(drawer.getByRole("columnheader", { name: "Usage" })).toHaveAttribute("aria-sort", "ascending");
  await expect(page).toHaveURL(/lines=usage_type/);
  await expect(rows.first()).not.toHaveText(largest ?? "");
  await drawer.getByRole("button", { name: "Time (UTC)" }).click();
  await drawer.getByRole("button", { name: "Time (UTC)" }).click();
  await expect(drawer.getByRole("columnheader", { name: "Time" })).toHaveAttribute("aria-sort", "descending");
  await expect(drawer.locator("[data-stale=true]")).toHaveCount(0);
  const count = Number((await drawer.getByText(/^[\d,]+ rows$/).textContent())?.replace(/\D/g, ""));

  const file = await download(page, () => drawer.getByRole("link", { name: "Export CSV" }).click());
  const [head = [], ...lines] = parseCsv(file.toString("utf8"));
  const column = (name: string) => lines.map((line) => line[head.indexOf(name)] ?? "");
  expect(lines).toHaveLength(count);
  const sum = column("figure").reduce((whole, one) => whole + units(one), 0n);
  expect(sum).toBe(units(explained));
  const starts = column("charge_period_start");
  expect(starts).toEqual([...starts].sort().reverse());
  const [at] = column("source_row");
  await expect(rows.first()).toContainText(`row ${Number(at).toLocaleString("en-US")}`);
});

for (const scheme of ["light", "dark"] as const) {
  test(`the pages of allocation in ${scheme} colours, down to a phone`, async ({ page, request }) => {
    await page.emulateMedia({ colorScheme: scheme });
    const [first, second] = await freeAccounts(request);
    const subset = await post(request, "subsets", {
      name: `Browser tests, ${scheme}`,
      account_ids: [first.account_id],
      billing: { price: "public", credits: false, refunds: true, tax: false, percent: "-5" },
    });
    const condition = { dimension: "service", operator: "contains", values: ["Compute"] };
    const tag = await post(request, "virtual-tags", {
      name: `Browser tests, ${scheme}`,
      rules: [{ value: "Compute", conditions: [condition] }],
    });
    const targets = [{ account_id: second.account_id, percent: "100" }];
    const rule = { id: "", name: "Tax", source: ["charge_type=Tax"], method: "fixed", targets };
    await putSharedCosts(request, [...before.shared, rule]);
    await post(request, "reports", {
      name: `Browser tests, ${scheme}`,
      address: "tab=service",
      shared: true,
    });

    const settled = () => expect(page.locator("main [aria-busy=true]")).toHaveCount(0);
    const clean = async () => {
      await settled();
      await expectAccessible(page);
      await page.setViewportSize({ width: 390, height: 844 });
      await expectFits(page);
      await page.setViewportSize({ width: 1440, height: 1000 });
    };
    const paths = [
      `subsets/${subset.id}`,
      "accounts",
      "accounts?view=units",
      "virtual-tags",
      `virtual-tags/${tag.id}`,
      "shared-costs",
      "subsets",
    ];
    for (const path of paths) {
      await page.goto(`${base()}/${path}`);
      await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
      await test.step(path, clean);
    }
    await page.getByRole("button", { name: "New subset" }).click();
    await expect(page.getByRole("list", { name: /^Other accounts/ })).toBeVisible();
    await test.step("new subset", clean);
    await open(page, "?tab=service");
    for (const name of ["Subset Everything", `Report Browser tests, ${scheme}`]) {
      await page.getByRole("button", { name }).click();
      await expect(page.getByRole("dialog").getByRole("listitem").first()).toBeVisible();
      await test.step(name, clean);
      await page.keyboard.press("Escape");
    }
  });
}

/** Chooses from a field that searches as one types. */
async function choose(
  page: Page,
  field: string,
  option: string,
  within: Page | Locator = page,
): Promise<void> {
  const box = within.getByRole("combobox", { name: field });
  await box.click();
  if (await box.isEditable()) await box.fill(option);
  await page.getByRole("option", { name: option, exact: true }).click();
}
