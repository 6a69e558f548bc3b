import { createServer, type Server as Receiver } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, type Page, test } from "@playwright/test";
import { type Server, serve } from "../server";
import { setUp } from "./people";
import { expectAccessible, expectFits } from "./support";

let server: Server;
let receiver: Receiver;
let got: { path: string; headers: Record<string, unknown>; body: string }[];
let status: number;

test.beforeEach(async () => {
  got = [];
  status = 200;
  receiver = createServer((request, response) => {
    let body = "";
    request.on("data", (part) => {
      body += part;
    });
    request.on("end", () => {
      got.push({ path: request.url ?? "", headers: request.headers, body });
      response.writeHead(status).end("said so");
    });
  });
  await new Promise<void>((listening) => receiver.listen(0, "127.0.0.1", listening));
  server = await serve(["--allow-private-range", "127.0.0.0/8"]);
});
test.afterEach(async () => {
  await server.stop();
  receiver.close();
});

const address = () => `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/hook`;

async function add(page: Page, kind: string, name: string): Promise<void> {
  await page.getByRole("button", { name: "Add a channel" }).click();
  const dialog = page.getByRole("dialog", { name: "Add a channel" });
  await dialog.getByRole("combobox", { name: "Kind" }).click();
  await page.getByRole("option", { name: kind, exact: true }).click();
  await dialog.getByLabel("Name").fill(name);
  await dialog.getByLabel(/^(Address|Webhook URL)/).fill(address());
  await expectAccessible(page);
  await dialog.getByRole("button", { name: "Add", exact: true }).click();
}

test("a channel is added, tried, logged, routed to and removed", async ({ page }) => {
  await setUp(page, server);
  await page.goto(`${server.url}/organization?tab=notifications`);
  await expect(page.getByText(/There is no channel/)).toBeVisible();
  await expectAccessible(page);

  await add(page, "Webhook", "Ledger");
  const dialog = page.getByRole("dialog", { name: "Add a channel" });
  const secret = (await dialog.getByRole("region", { name: "Signing secret" }).textContent())?.trim() ?? "";
  expect(secret).toMatch(/^whsec_/);
  await dialog.getByRole("button", { name: "Done" }).click();
  await expect(page.getByText(secret)).toHaveCount(0);
  const row = page.getByRole("row", { name: /Ledger/ });
  await expect(row).toContainText("http://127.0.0.1");
  await expect(row).not.toContainText("/hook");

  await page.getByRole("button", { name: "Send a test by Ledger" }).click();
  await expect(page.getByText("Ledger took the test")).toBeVisible();
  await expect(page.getByText(/It answered: said so/)).toBeVisible();
  expect(got[0]?.headers["webhook-id"]).toMatch(/^msg_/);
  expect(JSON.parse(got[0]?.body ?? "").type).toBe("test");
  status = 301;
  await page.getByRole("button", { name: "Send a test by Ledger" }).click();
  await expect(page.getByText("Ledger did not take the test")).toBeVisible();

  await page.getByRole("button", { name: "Log of Ledger" }).click();
  const log = page.getByRole("dialog", { name: "Log of Ledger" });
  await expect(log.getByText("Not taken, HTTP 301")).toBeVisible();
  await expect(log.getByText("Delivered, HTTP 200")).toBeVisible();
  await expectAccessible(page);
  await page.screenshot({ path: "test-results/notifications-log.png" });
  await log.getByRole("button", { name: "Close" }).click();

  await expect(page.getByText("Nothing goes to this channel yet")).toBeVisible();
  await page.getByRole("button", { name: "Send everything to Ledger" }).click();
  await expect(page.getByText("Nothing goes to this channel yet")).toHaveCount(0);
  await expect(page.getByRole("region", { name: "Who gets what" })).toContainText("Ledger");
  await page.getByRole("button", { name: "Add a route" }).click();
  await page.getByLabel("Tag").fill("team=payments");
  await expect(page.getByText("Not saved yet.")).toBeVisible();
  await page.getByRole("button", { name: "Save routes" }).click();
  await expect(page.getByText("Saved.")).toBeVisible();
  await page.reload();
  await expect(page.getByLabel("Tag")).toHaveValue("team=payments");
  await expectAccessible(page);
  await page.screenshot({ path: "test-results/notifications.png", fullPage: true });
  await page.emulateMedia({ colorScheme: "dark" });
  await page.screenshot({ path: "test-results/notifications-dark.png", fullPage: true });

  await page.getByRole("button", { name: "Remove Ledger" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Remove", exact: true }).click();
  await expect(page.getByText(/There is no channel/)).toBeVisible();
});

test("what changes after a new secret is a change of what is there now", async ({ page }) => {
  await setUp(page, server);
  await page.goto(`${server.url}/organization?tab=notifications`);
  await add(page, "Webhook", "Ledger");
  await page.getByRole("button", { name: "Done" }).click();
  await page.getByRole("button", { name: "Edit Ledger" }).click();
  const dialog = page.getByRole("dialog", { name: "Edit Ledger" });
  await dialog.getByRole("button", { name: "Make a new secret" }).click();
  await expect(dialog.getByRole("region", { name: "Signing secret" })).toContainText("whsec_");
  await dialog.getByLabel("Name").fill("Journal");
  await dialog.getByRole("button", { name: "Save", exact: true }).click();
  await expect(page.getByRole("row", { name: /Journal/ })).toBeVisible();
});

test("an incident service goes back to its usual address", async ({ page }) => {
  await setUp(page, server);
  await page.goto(`${server.url}/organization?tab=notifications`);
  await page.getByRole("button", { name: "Add a channel" }).click();
  const dialog = page.getByRole("dialog", { name: "Add a channel" });
  await dialog.getByRole("combobox", { name: "Kind" }).click();
  await page.getByRole("option", { name: "PagerDuty", exact: true }).click();
  await dialog.getByLabel("Name").fill("On call");
  await dialog.getByLabel("Integration key").fill("0123456789abcdef");
  await dialog.getByLabel("Address").fill(address());
  await dialog.getByRole("button", { name: "Add", exact: true }).click();
  const row = page.getByRole("row", { name: /On call/ });
  await expect(row).toContainText("127.0.0.1");
  await page.getByRole("button", { name: "Edit On call" }).click();
  await page.getByLabel("Use the service’s usual address").check();
  await expectAccessible(page);
  await page.getByRole("button", { name: "Save", exact: true }).click();
  await expect(row).toContainText("https://events.pagerduty.com");
});

test("what is wrong with an address is said, and the form stays", async ({ page }) => {
  await setUp(page, server);
  await page.goto(`${server.url}/organization?tab=notifications`);
  await page.getByRole("button", { name: "Add a channel" }).click();
  const dialog = page.getByRole("dialog", { name: "Add a channel" });
  await dialog.getByLabel("Name").fill("Inside");
  await dialog.getByLabel(/^Webhook URL/).fill("https://169.254.169.254/latest");
  await dialog.getByRole("button", { name: "Add", exact: true }).click();
  await expect(dialog.getByRole("alert")).toContainText("metadata service");
  await expect(dialog.getByLabel("Name")).toHaveValue("Inside");
});

test.describe("on a telephone, in the dark", () => {
  test.use({ viewport: { width: 390, height: 844 }, colorScheme: "dark" });

  test("channels and routes fit and can be used by everybody", async ({ page }) => {
    await setUp(page, server);
    await page.goto(`${server.url}/organization?tab=notifications`);
    await add(page, "Slack", "Costs");
    await expect(page.getByRole("row", { name: /Costs/ })).toBeVisible();
    const list = page.getByRole("region", { name: "Channels of notifications" });
    expect(await list.evaluate((one) => one.scrollWidth - one.clientWidth)).toBeLessThanOrEqual(0);
    const remove = await page.getByRole("button", { name: "Remove Costs" }).boundingBox();
    expect((remove?.x ?? 0) + (remove?.width ?? 999)).toBeLessThanOrEqual(390);
    await page.getByRole("button", { name: "Add a route" }).click();
    await expectFits(page);
    await expectAccessible(page);
    await page.screenshot({ path: "test-results/notifications-phone.png", fullPage: true });
  });
});
