import { expect, type Page } from "@playwright/test";
import { counting } from "./clicks";
import { type Bill, cannotCarryTags, decimal, type RawRow, sumOf, sums, test } from "./raw-bill";
import {
  base,
  everyRow,
  exact,
  expectAccessible,
  exported,
  open,
  plain,
  ready,
  table,
  tableFigures,
} from "./support";
import { entry } from "./workbook";

// What people come for. Each job is done as they do it, in so many clicks and keys at most, and what they find is what the
// raw report files add up to.

interface Days {
  from: string;
  to: string;
}

const add = (day: string, days: number) =>
  new Date(Date.parse(`${day}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10);
const month = (day: string, months = 0) =>
  new Date(Date.UTC(Number(day.slice(0, 4)), Number(day.slice(5, 7)) - 1 + months, 1))
    .toISOString()
    .slice(0, 10);

/** Days that the page means by its names, by the data that are there. */
async function spans(page: Page) {
  const answer = await page.request.get(`${base()}/api/v1/overview`);
  const { data_to, complete_to } = (await answer.json()) as { data_to: string; complete_to: string };
  const newest = month(add(data_to, -1));
  return {
    data_to,
    complete_to,
    thirty: { from: add(data_to, -30), to: data_to },
    thisMonth: { from: newest, to: data_to },
    lastMonth: { from: month(newest, -1), to: newest },
    before: { from: month(newest, -2), to: month(newest, -1) },
  };
}

const within = ({ rows }: Bill, { from, to }: Days, keeps: (row: RawRow) => boolean = () => true) =>
  rows.filter((row) => row.start >= from && row.start < to && keeps(row));

/** The last figure of the table: the total of what is selected. */
const total = async (page: Page) => plain((await tableFigures(page)).at(-1)?.figures.at(-1) ?? "");

/** Chooses a value of one of the bar's filters: three clicks. */
async function choose(page: Page, filter: string, value: RegExp): Promise<void> {
  await page.getByRole("button", { name: new RegExp(`^${filter}`) }).click();
  const panel = page.getByRole("dialog", { name: new RegExp(`^${filter}`) });
  await panel.getByRole("checkbox", { name: value }).first().check();
  await panel.getByRole("button", { name: "Apply" }).click();
}

async function preset(page: Page, name: string): Promise<void> {
  await page.getByRole("button", { name: /^Time/ }).click();
  await page.getByRole("button", { name, exact: true }).click();
  await expect(page).toHaveURL(/time=/);
  await ready(page);
}

const tab = (page: Page, name: string) => page.getByRole("tab", { name, exact: true }).click();

test("1: why last month was dearer than the one before", async ({ page, bill }) => {
  const { lastMonth, before } = await spans(page);
  const clicks = await counting(page);
  await open(page);
  await preset(page, "Last month");
  await tab(page, "Service");
  await clicks.atMost(3);
  await ready(page);
  const amount = page.getByTestId("compared").locator("b[title]").last();
  const [now, then] = [within(bill, lastMonth), within(bill, before)];
  const difference = sumOf([...now, ...then.map((row) => ({ ...row, amortized: -row.amortized }))]);
  await expect(page).toHaveURL(/tab=service/);
  expect(plain(exact(await amount.getAttribute("title")))).toBe(difference);
  const mover = page.getByTestId("largest-increase");
  const service = (await mover.getByRole("button").textContent()) ?? "";
  const of = (rows: RawRow[]) => rows.filter((row) => row.service === service);
  const grown = Number(sumOf(of(now))) - Number(sumOf(of(then)));
  await expect(mover.locator("b")).toHaveText(`+${dollars(grown)}`);
  expect(await total(page)).toBe(sumOf(now));
});

test("2: who owns untagged EC2", async ({ page, bill }) => {
  const { thirty } = await spans(page);
  const clicks = await counting(page);
  await open(page);
  await choose(page, "Services", /Elastic Compute Cloud/);
  await tab(page, "Tag");
  await page
    .getByText(/^Untagged: /)
    .locator("..")
    .getByRole("button")
    .first()
    .click();
  await tab(page, "Account");
  await clicks.atMost(7);
  await ready(page);
  const untagged = within(
    bill,
    thirty,
    (row) => row.product === "AmazonEC2" && row.team === "" && !cannotCarryTags(row),
  );
  const accounts = sums(untagged, (row) => row.account);
  expect(accounts.length).toBeGreaterThan(1);
  const [first = ["", 0n]] = accounts;
  const rows = await tableFigures(page);
  expect(rows[0]?.label).toContain(bill.names[first[0]]);
  expect(plain(rows[0]?.figures.at(-1) ?? "")).toBe(decimal(first[1]));
  expect(await total(page)).toBe(sumOf(untagged));
});

test("3: a team's cost by service and week, as a workbook for finance", async ({ page, bill }) => {
  const { thirty } = await spans(page);
  const teams = sums(within(bill, thirty), (row) => row.team);
  // One that nobody wrote with a blank behind it: both would read the same.
  const alone = ([name]: [string, bigint]) => teams.filter(([other]) => other.trim() === name).length === 1;
  const team = teams.find((one) => one[0] !== "" && alone(one)) ?? ["", 0n];
  const clicks = await counting(page);
  await open(page);
  await page.getByRole("button", { name: /^Tags/ }).click();
  const panel = page.getByRole("dialog", { name: /^Tags/ });
  await panel
    .getByRole("list", { name: "Tag keys" })
    .getByRole("button", { name: /^(user:)?team$/i })
    .click();
  await panel.getByRole("checkbox", { name: new RegExp(`^${team[0]} \\$`) }).check();
  await panel.getByRole("button", { name: "Apply" }).click();
  await tab(page, "Service");
  await page.getByRole("radiogroup", { name: "View by" }).getByText("Week").click();
  await ready(page);
  const file = await exported(page, "XLSX");
  await clicks.atMost(9);
  const own = within(bill, thirty, (row) => row.team === team[0]);
  expect(await total(page)).toBe(sumOf(own));
  const sheet = entry(file, "xl/worksheets/sheet1.xml");
  expect(sheet).toContain(`<v>${sumOf(own)}</v>`);
  // A column a week, which begins on Monday.
  const monday = (day: string) => add(day, -((new Date(`${day}T00:00:00Z`).getUTCDay() + 6) % 7));
  const weeks = sums(own, (row) => monday(row.start.slice(0, 10)));
  expect(weeks.length).toBeGreaterThan(3);
  for (const [week, cost] of weeks) {
    expect(sheet).toContain(week);
    expect(sheet, week).toContain(`<v>${decimal(cost)}</v>`);
  }
});

test("4: which account grew most", async ({ page, bill }) => {
  const { thirty, complete_to } = await spans(page);
  const clicks = await counting(page);
  await open(page);
  await table(page).getByRole("button", { name: "Change", exact: true }).click();
  await clicks.atMost(2);
  await ready(page);
  const days = (Date.parse(complete_to) - Date.parse(thirty.from)) / 86_400_000;
  const now = within(bill, { from: thirty.from, to: complete_to });
  // Days that begin with a month are compared with the same days of the month before, all others with as many before them.
  const first = thirty.from.endsWith("-01") ? month(thirty.from, -1) : add(thirty.from, -days);
  const then = within(bill, { from: first, to: add(first, days) });
  const [most = ["", 0n]] = sums(
    [...now, ...then.map((row) => ({ ...row, amortized: -row.amortized }))],
    (row) => row.account,
  );
  const row = table(page).locator("tbody tr").first();
  await expect(row).toContainText(bill.names[most[0]] ?? "none");
  const change = row.locator("[data-direction]").first();
  expect(plain(exact(await change.getAttribute("title")))).toBe(decimal(most[1]));
});

test("5: what the EDP discount is worth", async ({ page, bill }) => {
  const { lastMonth } = await spans(page);
  const clicks = await counting(page);
  await open(page);
  await tab(page, "Charge type");
  await preset(page, "Last month");
  await clicks.atMost(3);
  await ready(page);
  const discount = sumOf(within(bill, lastMonth, (row) => row.type === "EdpDiscount"));
  expect(discount).toMatch(/^-/);
  const row = (await tableFigures(page)).find((one) => one.label === "Discount (EDP)");
  expect(plain(row?.figures.at(-1) ?? "")).toBe(discount);
});

test("6: data transfer between zones", async ({ page, bill }) => {
  const { thirty } = await spans(page);
  const clicks = await counting(page);
  await open(page);
  await tab(page, "Usage type group");
  await clicks.atMost(1);
  await ready(page);
  const between = within(
    bill,
    thirty,
    (row) => row.product === "AmazonEC2" && row.usageType.includes("DataTransfer-Regional-Bytes"),
  );
  const row = (await everyRow(page)).get("EC2: Data Transfer - Inter AZ");
  expect(plain(row?.at(-1) ?? "")).toBe(sumOf(between));
  expect(between.length).toBeGreaterThan(0);
});

test("7: the S3 bucket that costs most, and the days on which it grew", async ({ page, bill }) => {
  const { thirty } = await spans(page);
  const clicks = await counting(page);
  await open(page);
  await choose(page, "Services", /Simple Storage Service/);
  await page.getByRole("button", { name: "More breakdowns" }).click();
  await page.getByRole("menuitemradio", { name: "Resource" }).click();
  await clicks.atMost(5);
  await ready(page);
  const buckets = within(bill, thirty, (row) => row.product === "AmazonS3" && row.resource !== "");
  const [most = ["", 0n]] = sums(buckets, (row) => row.resource);
  const found = [...(await everyRow(page))].find(([label]) => label.includes(most[0]));
  const figures = found?.[1].map(plain) ?? [];
  expect(figures.at(-1)).toBe(decimal(most[1]));
  const own = buckets.filter((row) => row.resource === most[0]);
  const days = Array.from({ length: 30 }, (_, at) => add(thirty.from, at));
  const byDay = days.map((day) => sumOf(own.filter((row) => row.start.startsWith(day))));
  expect(figures.slice(0, -1)).toEqual(byDay);
});

test("8: share exactly this view", async ({ page, context, bill }) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  const { lastMonth } = await spans(page);
  const clicks = await counting(page);
  await open(page, "?time=last-month&tab=service&filter=region%3Dus-east-1");
  const shown = await tableFigures(page);
  await page.getByRole("button", { name: "Copy link" }).click();
  await clicks.atMost(1);
  await expect.poll(() => page.evaluate(() => navigator.clipboard.readText())).toBe(page.url());
  const link = await page.evaluate(() => navigator.clipboard.readText());
  const other = await context.newPage();
  await other.goto(link);
  await ready(other);
  expect(await tableFigures(other)).toEqual(shown);
  expect(shown.length).toBeGreaterThan(3);
  const whole = within(bill, lastMonth);
  await other.getByRole("button", { name: "Reset filters" }).click();
  await preset(other, "Last month");
  await ready(other);
  expect(await total(other)).toBe(sumOf(whole));
});

test("9: amortized against unblended, explained", async ({ page, bill }) => {
  const { thirty } = await spans(page);
  const clicks = await counting(page);
  await open(page);
  await table(page).locator("tfoot [data-explain]").last().click();
  const drawer = page.getByRole("dialog", { name: "Explain" });
  await drawer.getByRole("button", { name: "Amortized against unblended" }).click();
  await clicks.atMost(3);
  const difference = drawer.getByTestId("difference");
  await expect(difference).toHaveAttribute("data-figure", /./);
  const expected = sumOf(within(bill, thirty), (row) => row.amortized - row.unblended);
  expect(plain((await difference.getAttribute("data-figure")) ?? "")).toBe(expected);
});

test("10: what to budget for the next months", async ({ page, bill }) => {
  const { thisMonth, complete_to } = await spans(page);
  const clicks = await counting(page);
  await open(page);
  await page.getByRole("button", { name: "Next 3 months" }).click();
  await clicks.atMost(2);
  const rows = page.getByRole("table", { name: "Forecast of the next months" }).locator("tbody tr");
  await expect(rows).toHaveCount(4);
  const money = (text: string) => Number(text.replace(/[^0-9.]/g, ""));
  const known = Number(sumOf(within(bill, { from: thisMonth.from, to: complete_to })));
  const forecasts = await rows.locator("td:nth-of-type(1)").allTextContents();
  expect(forecasts).toHaveLength(4);
  // What a day cost over four weeks, for as many days as a month has: a bill that grows by some percent a month is not far from it.
  expect(money(forecasts[0] ?? "")).toBeGreaterThan(0.98 * known);
  const weeks = within(bill, { from: add(complete_to, -28), to: complete_to });
  const day = Number(sumOf(weeks)) / 28;
  for (const [at, forecast] of forecasts.entries()) {
    const [first, end] = [month(thisMonth.from, at), month(thisMonth.from, at + 1)];
    const expected = (day * (Date.parse(end) - Date.parse(first))) / 86_400_000;
    expect(Math.abs(money(forecast) / expected - 1), forecast).toBeLessThan(0.15);
  }
  await expect(rows.nth(3)).toContainText(/\$[\d,.]+ – \$[\d,.]+/);
  await page.setViewportSize({ width: 390, height: 844 });
  const scrolls = await rows.first().evaluate((row) => {
    const room = row.closest("table")?.parentElement;
    return room ? room.scrollWidth > room.clientWidth : true;
  });
  expect(scrolls).toBe(false);
});

test("13: the hours of an incident's day", async ({ page, bill }) => {
  const { complete_to } = await spans(page);
  const day = add(complete_to, -1);
  const clicks = await counting(page);
  await open(page);
  await page.getByRole("button", { name: /^Time/ }).click();
  const words = new Date(`${day}T00:00:00Z`);
  const name = words.toLocaleDateString("en-GB", {
    day: "numeric",
    month: "long",
    year: "numeric",
    timeZone: "UTC",
  });
  for (const _ of [1, 2]) await page.getByRole("button", { name, exact: true }).click();
  await expect(page).toHaveURL(new RegExp(`from=${day}`));
  await page.getByRole("button", { name: "Show what is billed by the hour alone" }).click();
  await clicks.atMost(4);
  await ready(page);
  const hourly = within(bill, { from: day, to: add(day, 1) }, (row) => row.hours <= 1);
  expect(await total(page)).toBe(sumOf(hourly));
  const hours = Array.from({ length: 24 }, (_, at) => `${day}T${String(at).padStart(2, "0")}`);
  const byHour = hours.map((hour) => sumOf(hourly.filter((row) => row.start.startsWith(hour))));
  expect((await tableFigures(page)).at(-1)?.figures.slice(0, -1).map(plain)).toEqual(byHour);
});

test("14: a negative number, explained", async ({ page, bill }) => {
  const { thirty } = await spans(page);
  const clicks = await counting(page);
  await open(page);
  await tab(page, "Charge type");
  await ready(page);
  const row = table(page).locator("tbody tr").filter({ hasText: "Discount (EDP)" });
  await row.locator("[data-explain]").last().click();
  await clicks.atMost(2);
  const drawer = page.getByRole("dialog", { name: "Explain" });
  const discount = sumOf(within(bill, thirty, ({ type }) => type === "EdpDiscount"));
  await expect(drawer.getByTestId("explained-figure")).toHaveAttribute("data-figure", discount);
  const off = drawer.getByRole("region", { name: "What takes money off" });
  await expect(off).toContainText("enterprise agreement");
  await expect(off).toContainText(dollars(Number(discount)));
});

test("15: every row behind a cell", async ({ page, bill }) => {
  const { thirty } = await spans(page);
  const clicks = await counting(page);
  await open(page);
  const cell = table(page).locator("tbody tr").first().locator("[data-explain]").nth(9);
  await cell.click();
  await clicks.atMost(2);
  const drawer = page.getByRole("dialog", { name: "Explain" });
  const label = (await tableFigures(page))[0]?.label ?? "";
  const account = Object.keys(bill.names).find((id) => label.includes(bill.names[id] ?? "?"));
  const day = add(thirty.from, 9);
  const rows = within(bill, { from: day, to: add(day, 1) }, (row) => row.account === account);
  await expect(drawer.getByText(new RegExp(`^${rows.length.toLocaleString("en-US")} rows`))).toBeVisible();
  const figure = drawer.getByTestId("explained-figure");
  await expect(figure).toHaveAttribute("data-figure", /./);
  expect(plain((await figure.getAttribute("data-figure")) ?? "")).toBe(sumOf(rows));
});

test("what figures are compared with stands in the chart, by a switch that a link keeps", async ({
  page,
  bill,
}) => {
  const { thisMonth, complete_to } = await spans(page);
  test.skip(thisMonth.from === complete_to, "no day of the newest month is complete");
  // In the first hours of a day the newest day of the data may be a whole one.
  const whole = complete_to >= thisMonth.to;
  await open(page, "?time=this-month&tab=service");
  const line = page.getByRole("button", { name: /^Compared: / });
  await expect(line).toHaveAttribute("aria-pressed", "false");
  await line.click();
  await expect(page).toHaveURL(/line=compared/);
  await page.reload();
  await ready(page);
  await expect(line).toHaveAttribute("aria-pressed", "true");
  const bars = page.getByRole("slider", { name: "Bars of the chart" });
  const money = (text: string) =>
    `${text.startsWith("-") ? "−" : ""}$${Math.abs(Number(text)).toLocaleString("en-US", { minimumFractionDigits: 2, maximumFractionDigits: 2 })}`;
  const first = month(thisMonth.from, -1);
  const [now, then] = [thisMonth.from, first].map((from) => sumOf(within(bill, { from, to: add(from, 1) })));
  await expect(bars).toHaveAttribute(
    "aria-valuetext",
    new RegExp(escaped(`${money(now ?? "")} against ${money(then ?? "")} of 1 `)),
  );
  await bars.press("ArrowRight");
  await expect(bars).toHaveAttribute("aria-valuetext", /^2 .* of 2 /);
  // The day that is not complete has nothing beside it.
  await bars.press("End");
  await expect(bars).toHaveAttribute("aria-valuetext", whole ? / against / : /not complete yet \$[\d.,]+$/);
  await page
    .getByRole("region", { name: "Legend" })
    .getByRole("listitem")
    .first()
    .getByRole("button")
    .click();
  await expect(page).toHaveURL(/hide=/);
  const [service = ["", 0n]] = sums(
    within(bill, { from: first, to: add(first, 1) }, ({ product }) => product === "AmazonEC2"),
    () => "",
  );
  await bars.press("Home");
  await expect(bars).toHaveAttribute(
    "aria-valuetext",
    new RegExp(escaped(`against ${money(decimal(units(then ?? "") - service[1]))} of 1 `)),
  );
  // Where the page was scrolled to, the head that stays covers what is beneath it.
  await page.evaluate(() => window.scrollTo(0, 0));
  await expectAccessible(page);
});

/** As the page writes money. */
function dollars(amount: number): string {
  const size = Math.abs(amount).toLocaleString("en-US", {
    minimumFractionDigits: 2,
    maximumFractionDigits: 2,
  });
  return `${amount < 0 ? "−" : ""}$${size}`;
}

const escaped = (text: string) => text.replace(/[.$]/g, "\\$&");
const units = (text: string) => BigInt(Math.round(Number(text) * 1e6)) * 10n ** 12n;
