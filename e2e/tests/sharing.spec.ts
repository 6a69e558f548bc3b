import { expect } from "@playwright/test";
import { test } from "./own-server";
import { invite, setUp } from "./people";
import { reportChip as chip, reportList as list, saveReport as save } from "./saved-reports";
import { connectBill, expectAccessible, ready, tableFigures } from "./support";

test("a report is its owner's until it is shared; a link and a shared report show a colleague the same figures", async ({
  page,
  browser,
  server,
  reports,
}) => {
  await setUp(page, server);
  await connectBill(page, reports);
  const theirs = await invite(page, browser, server, "Viewer");

  await page.goto(`${server.url}/?time=last-3-months&view=month&tab=service&metric=unblended`);
  await ready(page);
  const figures = await tableFigures(page);
  await save(page, "Services by month");
  // The address alone is enough.
  await theirs.goto(page.url());
  await ready(theirs);
  expect(await tableFigures(theirs)).toEqual(figures);

  await theirs.goto(server.url);
  await ready(theirs);
  await chip(theirs).click();
  await expect(list(theirs).getByText("No report is saved yet")).toBeVisible();
  await chip(page).click();
  await list(page).getByRole("button", { name: "Share Services by month with the organization" }).click();
  await expect(list(page).getByText("Shared with the organization")).toBeVisible();

  await theirs.reload();
  await ready(theirs);
  await chip(theirs).click();
  const shared = list(theirs).locator("[data-option]").filter({ hasText: "Services by month" });
  await expect(shared).toContainText("Shared by Ada Lovelace");
  await expectAccessible(theirs);
  await shared.click();
  await ready(theirs);
  expect(await tableFigures(theirs)).toEqual(figures);
  await chip(theirs).click();
  await expect(
    list(theirs).getByRole("button", { name: /^(Rename|Delete|Share|Stop sharing) / }),
  ).toHaveCount(0);
  await theirs.keyboard.press("Escape");

  // A viewer's own reports are for the viewer alone.
  await theirs.getByRole("tab", { name: "Region", exact: true }).click();
  await save(theirs, "Regions of mine");
  await chip(theirs).click();
  await expect(list(theirs).getByRole("button", { name: "Rename Regions of mine" })).toBeVisible();
  await expect(list(theirs).getByRole("button", { name: /^Share / })).toHaveCount(0);
  await page.reload();
  await ready(page);
  await chip(page).click();
  await expect(list(page).getByText("Services by month")).toBeVisible();
  await expect(list(page).getByText("Regions of mine")).toHaveCount(0);
});
