import { expect, type Page } from "@playwright/test";
import { test } from "./own-server";
import { password, setUp } from "./people";
import { connectBill, expectAccessible, expectFits, ready } from "./support";

interface Account {
  account_id: string;
  account: string;
}

/** Changes something as the page would: with its session and the token that goes with it. */
async function change(page: Page, method: string, path: string, data: object): Promise<unknown> {
  return await page.evaluate(
    async ([verb, url, body]) => {
      const session = await (await fetch("/api/v1/session")).json();
      const answer = await fetch(`/api/v1${url}`, {
        method: verb as string,
        headers: { "Content-Type": "application/json", "X-CSRF-Token": session.csrf_token },
        body: JSON.stringify(body),
      });
      if (!answer.ok) throw new Error(await answer.text());
      return answer.status === 204 ? undefined : await answer.json();
    },
    [method, path, data] as const,
  );
}

test("a member who may see chosen subsets sees their accounts, and nothing when they are gone", async ({
  page,
  browser,
  server,
  reports,
}) => {
  await setUp(page, server);
  await connectBill(page, reports);
  const found = (await (await page.request.get(`${server.url}/api/v1/accounts`)).json()) as {
    accounts: Account[];
  };
  const [mine, other] = found.accounts;
  if (!mine || !other) throw new Error("the bill has two accounts at least");
  const made = (await change(page, "POST", "/subsets", {
    name: "Retail",
    account_ids: [mine.account_id],
  })) as { id: string };

  // The administrator invites somebody for the subset.
  await page.goto(`${server.url}/organization`);
  await page.getByRole("button", { name: "Invite somebody" }).click();
  const dialog = page.getByRole("dialog", { name: "Invite somebody" });
  await dialog.getByLabel("E-mail address").fill("part@example.com");
  await dialog.getByRole("combobox", { name: "Role" }).click();
  await page.getByRole("option", { name: "Chosen subsets" }).click();
  const make = dialog.getByRole("button", { name: "Make the invitation" });
  await expect(make).toBeDisabled();
  await dialog.getByRole("combobox", { name: "Subsets that they may see" }).click();
  await page.getByRole("option", { name: "Retail" }).click();
  await page.keyboard.press("Escape");
  await expectAccessible(page);
  await page.screenshot({ path: "test-results/subset-viewer-invite.png" });
  await make.click();
  const link = await dialog.getByRole("region", { name: "Link of the invitation" }).textContent();

  const context = await browser.newContext({ viewport: { width: 1440, height: 1000 } });
  const theirs = await context.newPage();
  await theirs.goto(link?.trim() ?? "");
  await theirs.getByLabel("Your name").fill("Part Example");
  await theirs.getByLabel(/^Password/).fill(password);
  await theirs.getByRole("button", { name: /^Join / }).click();
  await ready(theirs);
  await expect(theirs.getByRole("button", { name: "Part of the bill" })).toBeVisible();
  await expect(theirs.getByRole("link", { name: "Connections" })).toHaveCount(0);
  await expect(theirs.getByRole("link", { name: "Organization", exact: true })).toHaveCount(0);
  await expect(theirs.getByText(mine.account).first()).toBeVisible();
  await expect(theirs.getByText(other.account, { exact: true })).toHaveCount(0);
  await theirs.getByRole("button", { name: "Part of the bill" }).click();
  await expect(theirs.getByText("You see Retail: 1 account.")).toBeVisible();
  await expectAccessible(theirs);
  await theirs.screenshot({ path: "test-results/subset-viewer-part.png" });
  await theirs.emulateMedia({ colorScheme: "dark" });
  await theirs.screenshot({ path: "test-results/subset-viewer-part-dark.png" });
  await theirs.setViewportSize({ width: 390, height: 844 });
  await theirs.keyboard.press("Escape");
  await expectFits(theirs);
  await theirs.screenshot({ path: "test-results/subset-viewer-phone.png" });
  await theirs.setViewportSize({ width: 1440, height: 1000 });

  // Said once under the figures, and the sum of the subsets is not called the organization's.
  await expect(theirs.getByText("only the whole can be compared with the bill")).toHaveCount(1);
  await theirs.getByRole("link", { name: "Allocation" }).click();
  await expect(theirs.getByRole("row", { name: /^All that you may see/ })).toBeVisible();
  await expect(theirs.getByRole("row", { name: /^(Unassigned|Whole organization)/ })).toHaveCount(0);
  await theirs.screenshot({ path: "test-results/subset-viewer-subsets.png" });

  // Trends are of their accounts; what is looked for, and what is put away, is the organization's.
  await theirs.getByRole("link", { name: "Trends", exact: true }).click();
  await expect(theirs.getByTestId("trends-chart").locator("canvas")).toBeVisible();
  await expect(theirs.getByText(other.account, { exact: true })).toHaveCount(0);
  await expect(theirs.getByRole("link", { name: "Event definitions" })).toHaveCount(0);
  await expect(theirs.getByRole("button", { name: "Archive" })).toHaveCount(0);
  await expectAccessible(theirs);

  // On the list of members the subsets stand under the role.
  await page.reload();
  const row = page.getByRole("row", { name: /Part Example/ });
  await expect(row).toContainText("Retail");
  await page.getByRole("button", { name: "Change subsets of Part Example" }).click();
  const choose = page.getByRole("dialog", { name: "Subsets that Part Example may see" });
  await expect(choose.getByRole("button", { name: "Save" })).toBeEnabled();
  await expectAccessible(page);
  await page.screenshot({ path: "test-results/subset-viewer-members.png" });
  await page.keyboard.press("Escape");

  // Deleted: nothing is seen, and the page says why.
  const gone = await page.evaluate(async (id) => {
    const session = await (await fetch("/api/v1/session")).json();
    const headers = { "X-CSRF-Token": session.csrf_token };
    return (await fetch(`/api/v1/subsets?id=${id}`, { method: "DELETE", headers })).status;
  }, made.id);
  expect(gone).toBe(204);
  await theirs.goto(server.url);
  await expect(theirs.getByRole("heading", { name: "Nothing is left that you may see" })).toBeVisible();
  await expect(theirs.getByText("A subset that was chosen for you has been deleted.")).toBeVisible();
  await expectAccessible(theirs);
  await theirs.screenshot({ path: "test-results/subset-viewer-nothing.png" });
});
