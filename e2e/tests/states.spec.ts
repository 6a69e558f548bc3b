import { expect, test } from "@playwright/test";
import { serve } from "../server";
import { setUp } from "./people";
import { base, expectAccessible, open } from "./support";

test("without data the page says how to load some", async ({ page }) => {
  const server = await serve([]);
  try {
    await setUp(page, server);
    await expect(
      page.getByRole("heading", { name: "Cloud Analyzer can't read your Cost and Usage Reports yet" }),
    ).toBeVisible();
    await expect(page.getByRole("link", { name: "Add permissions" })).toBeVisible();
    await expect(page.getByText("cloud-analyzer ingest ./reports")).toBeVisible();
    await expectAccessible(page);
  } finally {
    await server.stop();
  }
});

test("a server that goes away is reported, and found again", async ({ page }) => {
  const server = await serve([]);
  try {
    await setUp(page, server);
    await expect(page.getByRole("heading", { name: /can't read your/ })).toBeVisible();
  } finally {
    await server.stop();
  }
  await expect(page.getByRole("alert")).toContainText("Cloud Analyzer does not answer", { timeout: 90_000 });
});

test("figures fill in by themselves while the demo is being read", async ({ page }) => {
  const server = await serve(["--demo", "--demo-rows", "60000"]);
  try {
    await page.goto(server.url);
    await expect(page.getByRole("region", { name: "Costs, table" })).toBeVisible({ timeout: 120_000 });
    await expect(page.getByRole("button", { name: "Proven to the bill" })).toBeVisible({ timeout: 120_000 });
    await expect(page.getByRole("region", { name: "Reading reports" })).toHaveCount(0, { timeout: 120_000 });
  } finally {
    await server.stop();
  }
});

test("a question that the server refuses shows its reason and its advice", async ({ page }) => {
  const refused = page.waitForResponse(
    (response) => response.url().includes("/api/v1/costs") && !response.ok(),
  );
  await page.goto(`${base()}/?filter=no_such_dimension%3Dx`);
  const problem = (await (await refused).json()) as { detail: string; advice: string | null };
  const alert = page.getByRole("alert");
  await expect(alert).toContainText(problem.detail);
  await expect(alert).toContainText(problem.advice ?? "Change what is asked for.");
  await expect(alert.getByRole("button", { name: "Try again" })).toBeVisible();
  await expectAccessible(page);
  await page.getByRole("button", { name: "Reset filters" }).click();
  await expect(alert).toHaveCount(0);
});

test("a span without cost says so", async ({ page }) => {
  await page.goto(`${base()}/?from=2015-01-01&to=2015-01-08`);
  await expect(page.getByText("No cost in this selection", { exact: true })).toBeVisible();
});

test("an address that does not exist leads home", async ({ page }) => {
  await page.goto(`${base()}/nowhere`);
  await page.getByRole("link", { name: "Go to Cost Analysis" }).click();
  await expect(page.getByRole("heading", { name: "Cost Analysis" })).toBeVisible();
});

test("the page asks nobody but its own server", async ({ page }) => {
  const foreign: string[] = [];
  page.on("request", (request) => {
    const url = new URL(request.url());
    if (url.origin !== base() && !["data:", "blob:"].includes(url.protocol)) foreign.push(request.url());
  });
  await open(page);
  expect(foreign).toEqual([]);
});
